import { closeSync, mkdirSync, openSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** The database of one sandbox. */
export type SandboxDatabase = {
  url: string
  /** The file, or null when nothing could be written and everything stays in memory. */
  path: string | null
  /** Leaves nothing behind; its tokens were sealed with a key that is gone. */
  remove(): void
}

const FOLDER = 'data'
const SUFFIXES = ['', '-wal', '-shm', '.lock']

/**
 * Makes room for the database of the sandbox that listens on `port`.
 *
 * Only one process has a port, so sandboxes side by side never share a file, and the next one on the same port
 * clears away what a killed one left.
 */
export function createSandboxDatabase(port: number): SandboxDatabase {
  const path = join(FOLDER, `sandbox-${port}.db`)
  const remove = () => {
    for (const suffix of SUFFIXES) rmSync(`${path}${suffix}`, { force: true })
    try {
      rmdirSync(FOLDER)
    } catch {
      // Somebody else keeps something there.
    }
  }
  try {
    remove()
    mkdirSync(FOLDER, { recursive: true, mode: 0o700 })
    closeSync(openSync(path, 'a', 0o600))
  } catch {
    return { url: 'file::memory:', path: null, remove() {} }
  }
  return { url: `file:${path}`, path, remove }
}
