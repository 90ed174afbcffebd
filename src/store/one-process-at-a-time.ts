import { closeSync, openSync } from 'node:fs'
import Database from 'better-sqlite3'
import { keepStatements } from './keep-statements.ts'

const WAIT_MS = 60_000

/**
 * Runs `work` while no other process does, for a SQLite file.
 *
 * Switching to WAL and migrating cannot share one transaction, so the lock is one on a file of its own;
 * the operating system releases it when a process dies.
 */
export function oneProcessAtATime<Result>(path: string, work: () => Result): Result {
  const lockPath = `${path}.lock`
  createPrivately(lockPath)
  const lock = new Database(lockPath, { timeout: WAIT_MS })
  keepStatements(lock)
  try {
    lock.exec('begin exclusive')
    return work()
  } finally {
    lock.close()
  }
}

/** SQLite gives the files beside the database the same mode. */
export function createPrivately(path: string): void {
  closeSync(openSync(path, 'a', 0o600))
}
