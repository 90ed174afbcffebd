import type Database from 'better-sqlite3'
import type { Tidings, TidingsListener } from '../auth/tidings.ts'

/** Cheap enough to ask often: SQLite reads the number from memory shared with the other processes. */
const ASK_EVERY_MS = 250

/** What a SQLite file tells between processes, and how to stop asking it. */
export type SqliteTidings = Tidings & { close(): void }

/**
 * Creates tidings from a SQLite file: its commits are all that is told, so any session may have ended.
 *
 * `data_version` changes when another connection has committed (https://sqlite.org/pragma.html#pragma_data_version).
 * It is asked for only while somebody listens, once for all of them.
 */
export function createSqliteTidings(connection: Database.Database): SqliteTidings {
  const listeners = new Set<TidingsListener>()
  let timer: NodeJS.Timeout | null = null
  let lastVersion: unknown

  return {
    async tell() {},
    listen(hear) {
      listeners.add(hear)
      timer ??= startAsking()
      return () => {
        if (listeners.delete(hear) && listeners.size === 0) stopAsking()
      }
    },
    close() {
      listeners.clear()
      stopAsking()
    },
  }

  function startAsking(): NodeJS.Timeout {
    lastVersion = readVersion()
    return setInterval(() => {
      const version = readVersion()
      if (version === lastVersion) return
      lastVersion = version
      for (const hear of listeners) hear(null)
    }, ASK_EVERY_MS)
  }

  function stopAsking(): void {
    if (timer) clearInterval(timer)
    timer = null
  }

  /** A file that cannot be read has no news; operations tell what is wrong with it. */
  function readVersion(): unknown {
    try {
      return connection.prepare('select data_version from pragma_data_version').pluck().get()
    } catch {
      return lastVersion
    }
  }
}
