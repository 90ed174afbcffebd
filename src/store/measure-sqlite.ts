import { promises as files } from 'node:fs'
import { dirname } from 'node:path'
import type Database from 'better-sqlite3'
import type { StoreSize } from '../auth/ports.ts'
import { lastBackupAt } from './backup-mark.ts'

/** Reads what a SQLite database takes: its file, the log beside it, and what is left of its disk. */
export async function measureSqlite(
  connection: Database.Database,
  path: string,
): Promise<StoreSize> {
  if (path === ':memory:') {
    const bytes = connection
      .prepare<[], number>('select page_count * page_size from pragma_page_count, pragma_page_size')
      .pluck()
      .get()
    return { databaseBytes: bytes ?? 0, walBytes: null, diskFreeBytes: null, backedUpAt: null }
  }
  const [database, log, disk, backedUpAt] = await Promise.all([
    files.stat(path),
    files.stat(`${path}-wal`),
    files.statfs(dirname(path)),
    lastBackupAt(path),
  ])
  return {
    databaseBytes: database.size,
    walBytes: log.size,
    // What a process without privileges may still write.
    diskFreeBytes: disk.bavail * disk.bsize,
    backedUpAt,
  }
}
