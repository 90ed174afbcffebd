import pg from 'pg'
import type { Tidings, TidingsListener } from '../auth/tidings.ts'

const CHANNEL = 'feishu_card_auth_session_ended'
const CONNECT_TIMEOUT_MS = 5000
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 10_000
/** So often a silent connection has to prove that it is alive. */
const PROVE_EVERY_MS = 30_000

/** What Postgres tells between instances, and how to stop listening to it. */
export type PostgresTidings = Tidings & { close(): Promise<void> }

/**
 * Creates tidings over `NOTIFY` and one connection that listens (https://www.postgresql.org/docs/current/sql-notify.html).
 *
 * It is opened when somebody first listens, kept until the end and opened again whenever it is lost; then, as what was told
 * meanwhile is gone, any session may have ended.
 */
export function createPostgresTidings({
  url,
  notify,
  onTrouble,
}: {
  url: string
  /** Runs the one statement that tells, on a connection of the pool. */
  notify: (statement: string, parameters: unknown[]) => Promise<unknown>
  /** Told once when the connection is lost or cannot be made, and not again until it has been back. */
  onTrouble: (error: unknown) => void
}): PostgresTidings {
  const listeners = new Set<TidingsListener>()
  const closed = new AbortController()
  let listening: Promise<void> | null = null
  let telling: { ids: Set<string>; told: Promise<void> } | null = null

  return {
    /** What ends in the same moment is told in one statement. */
    tell(sessionId) {
      telling ??= { ids: new Set(), told: Promise.resolve().then(tellAll) }
      telling.ids.add(sessionId)
      return telling.told
    },
    listen(hear) {
      listeners.add(hear)
      if (!closed.signal.aborted) listening ??= keepListening()
      return () => listeners.delete(hear)
    },
    async close() {
      closed.abort()
      await listening
    },
  }

  async function tellAll(): Promise<void> {
    const ids = [...(telling?.ids ?? [])]
    telling = null
    await notify('select pg_notify($1, id) from unnest($2::text[]) as id', [CHANNEL, ids])
  }

  async function keepListening(): Promise<void> {
    let failures = 0
    while (!closed.signal.aborted) {
      const error = await listenOnce(() => {
        failures = 0
      })
      if (closed.signal.aborted) return
      if (failures++ === 0) onTrouble(error)
      const longest = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS)
      // Instances that have lost the same server come back one by one.
      await pause(longest * (0.5 + Math.random() / 2), closed.signal)
    }
  }

  /** Listens on one connection until it is lost; resolves with the reason. */
  async function listenOnce(onListening: () => void): Promise<unknown> {
    const client = new pg.Client({
      connectionString: url,
      application_name: 'feishu-card-auth tidings',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: CONNECT_TIMEOUT_MS,
      keepAlive: true,
    })
    const over = new AbortController()
    let reason: unknown = null
    const end = (error?: unknown) => {
      reason ??= error
      over.abort()
    }
    client.on('error', end)
    client.on('end', () => end(new Error('The connection was closed.')))
    client.on('notification', ({ payload }) => hear(payload ?? null))
    closed.signal.addEventListener('abort', end, { once: true })
    try {
      await client.connect()
      await client.query(`listen ${CHANNEL}`)
      onListening()
      hear(null)
      while (!over.signal.aborted) {
        await pause(PROVE_EVERY_MS, over.signal)
        if (!over.signal.aborted) await client.query('select 1')
      }
    } catch (error) {
      reason ??= error
    } finally {
      closed.signal.removeEventListener('abort', end)
      await client.end().catch(() => {})
    }
    return reason
  }

  function hear(sessionId: string | null): void {
    for (const listener of listeners) listener(sessionId)
  }
}

function pause(milliseconds: number, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (over.aborted) return resolve()
    const wake = () => {
      clearTimeout(timer)
      over.removeEventListener('abort', wake)
      resolve()
    }
    const timer = setTimeout(wake, milliseconds)
    over.addEventListener('abort', wake, { once: true })
  })
}
