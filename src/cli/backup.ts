import { accessSync, constants, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { markBackup } from '../store/backup-mark.ts'
import { copySqlite } from '../store/copy-sqlite.ts'
import { toDriverError } from '../store/driver-error.ts'
import { inspectDatabase } from '../store/inspect-database.ts'
import { backupName, deleteOldBackups, writeChecksum } from './backup-files.ts'
import type { ExitCode } from './exit-code.ts'
import { loadEnvironment } from './load-environment.ts'
import { parseLimit } from './parse-limit.ts'
import { sqliteFile } from './sqlite-file.ts'

type Options = { keep?: number; json?: true }

/** `backup`: a consistent copy of the SQLite database, while the service runs. */
export function backupCommand(report: (code: ExitCode) => void): Command {
  return new Command('backup')
    .description(
      'copy the SQLite database into a folder, while the service runs; the keys are not in it, so keep them apart',
    )
    .argument('<folder>', 'where to, made when it is not there')
    .option('--keep <n>', 'delete all but the newest ones afterwards', parseLimit)
    .option('--json', 'print JSON')
    .action(async (folder: string, options: Options) => report(await backUp(folder, options)))
}

async function backUp(folder: string, { keep, json }: Options): Promise<ExitCode> {
  const database = sqliteFile(loadEnvironment())
  if (!existsSync(database)) {
    console.error(`There is no database at ${database}.`)
    return 1
  }
  const obstacle = makeFolder(folder)
  if (obstacle !== null) {
    console.error(
      `Backups cannot be kept in ${folder} (${obstacle}). Name a folder that the user of this command may write to.`,
    )
    return 1
  }
  const file = join(folder, backupName(new Date()))
  const partial = `${file}.partial`
  rmSync(partial, { force: true })
  try {
    copySqlite(database, partial)
    const { trouble, damage } = await inspectDatabase(`file:${partial}`)
    if (trouble !== null || damage === null || damage.length > 0) {
      console.error(`The copy is damaged, and so may be ${database}: ${trouble ?? damage?.[0]}`)
      return 1
    }
    renameSync(partial, file)
  } finally {
    for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(partial + suffix, { force: true })
  }
  const sha256 = await writeChecksum(file)
  const deleted = keep === undefined ? [] : deleteOldBackups(folder, keep)
  markBackup(database)
  const { size: bytes } = statSync(file)
  if (json) console.log(JSON.stringify({ file, bytes, sha256, deleted }))
  else {
    console.log(`${file}: ${bytes} bytes.`)
    if (deleted.length > 0) console.log(`Deleted: ${deleted.join(', ')}.`)
    console.log('It opens only with TOKEN_ENCRYPTION_KEYS. Keep a copy of them, in another place.')
  }
  return 0
}

/** The system's code for what stands in the way of a folder that can be written; null when nothing does. */
function makeFolder(folder: string): string | null {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    accessSync(folder, constants.W_OK)
    return null
  } catch (error) {
    const { driverCode } = toDriverError(error)
    if (driverCode === null) throw error
    return driverCode
  }
}
