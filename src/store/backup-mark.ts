import { promises, writeFileSync } from 'node:fs'
import { toDriverError } from './driver-error.ts'

/** Notes beside a SQLite file that a backup of it has succeeded just now. */
export function markBackup(path: string): void {
  writeFileSync(markOf(path), '', { mode: 0o600 })
}

/** When the last backup succeeded; null when none has. */
export async function lastBackupAt(path: string): Promise<Date | null> {
  try {
    return (await promises.stat(markOf(path))).mtime
  } catch (error) {
    if (toDriverError(error).driverCode === 'ENOENT') return null
    throw error
  }
}

/** Its time of change says when; it is empty. */
function markOf(path: string): string {
  return `${path}.backed-up`
}
