import { createHash } from 'node:crypto'
import {
  createReadStream,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { promises as streams } from 'node:stream'

/** Of these names alone are old ones deleted; in the order of their names they are in that of their times. */
const NAME = /^card-auth-\d{8}T\d{6}Z\.db$/

/** The name of a backup made now, such as `card-auth-20261120T031500Z.db`. */
export function backupName(now: Date): string {
  return `card-auth-${now.toISOString().replaceAll(/[-:]|\.\d+/g, '')}.db`
}

/** Deletes all but the newest backups of a folder, each with its checksum; gives the names of those deleted. */
export function deleteOldBackups(folder: string, keep: number): string[] {
  const names = readdirSync(folder).filter((name) => NAME.test(name))
  const old = names.sort().slice(0, -keep)
  for (const name of old) {
    for (const path of [name, checksumOf(name)]) rmSync(join(folder, path), { force: true })
  }
  return old
}

/** Writes the checksum of a file beside it, as `sha256sum -c` reads it, and gives it. */
export async function writeChecksum(path: string): Promise<string> {
  const checksum = await sha256(path)
  writeFileSync(checksumOf(path), `${checksum}  ${basename(path)}\n`, { mode: 0o600 })
  return checksum
}

/** Compares a file with the checksum beside it. */
export async function verifyChecksum(path: string): Promise<'right' | 'wrong' | 'missing'> {
  if (!existsSync(checksumOf(path))) return 'missing'
  const [expected] = readFileSync(checksumOf(path), 'utf8').split(' ')
  return expected === (await sha256(path)) ? 'right' : 'wrong'
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256')
  await streams.pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

function checksumOf(path: string): string {
  return `${path}.sha256`
}
