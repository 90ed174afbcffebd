import { constants, promises } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { DatabaseInspection } from './database-inspection.ts'
import { toDriverError } from './driver-error.ts'
import { sqlitePath } from './sqlite-path.ts'

/** A database that does not answer in this time is in trouble. */
const PATIENCE_MS = 5000

/** Looks at the database that the URL names, and changes nothing: no file is made and no table. */
export async function inspectDatabase(databaseUrl: string): Promise<DatabaseInspection> {
  if (!databaseUrl.startsWith('file:')) {
    const { inspectPostgres } = await import('./inspect-postgres.ts')
    return inspectPostgres(databaseUrl, PATIENCE_MS)
  }
  const path = sqlitePath(databaseUrl)
  if (path === ':memory:') return { ...UNSEEN, isInMemory: true }
  const directory = await existingDirectory(dirname(resolve(path)))
  const diskFreeBytes = await promises.statfs(directory).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => null,
  )
  if (!(await isThere(path))) {
    return { ...UNSEEN, diskFreeBytes, writeTrouble: await troubleWithWriting(directory) }
  }
  const writeTrouble =
    (await troubleWithWriting(directory)) ?? (await troubleWithWriting(path)) ?? null
  const { inspectSqlite } = await import('./inspect-sqlite.ts')
  return {
    ...UNSEEN,
    exists: true,
    diskFreeBytes,
    ...(await inspectSqlite(path, writeTrouble, PATIENCE_MS)),
  }
}

const UNSEEN: DatabaseInspection = {
  engine: 'sqlite',
  isInMemory: false,
  exists: false,
  trouble: null,
  writeTrouble: null,
  damage: null,
  migrations: null,
  diskFreeBytes: null,
}

async function isThere(path: string): Promise<boolean> {
  return promises.access(path).then(
    () => true,
    (error: unknown) => toDriverError(error).driverCode !== 'ENOENT',
  )
}

/** The nearest directory above that is there: the first start makes the ones between. */
async function existingDirectory(directory: string): Promise<string> {
  if (directory === dirname(directory) || (await isThere(directory))) return directory
  return existingDirectory(dirname(directory))
}

async function troubleWithWriting(path: string): Promise<string | null> {
  return promises.access(path, constants.W_OK).then(
    () => null,
    (error: unknown) => toDriverError(error).driverCode ?? 'not writable',
  )
}
