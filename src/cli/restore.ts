import { chmodSync, copyFileSync, existsSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { Command } from 'commander'
import { createTokenCipher } from '../auth/token-cipher.ts'
import { type TriedKey, tryKeys } from '../auth/try-keys.ts'
import type { Config } from '../config.ts'
import { inspectDatabase } from '../store/inspect-database.ts'
import { openStore } from '../store/open-store.ts'
import { replaceSqlite } from '../store/replace-sqlite.ts'
import { verifyChecksum } from './backup-files.ts'
import type { ExitCode } from './exit-code.ts'
import { loadEnvironment } from './load-environment.ts'
import { sqliteFile } from './sqlite-file.ts'
import { withParts } from './with-parts.ts'

type Options = { replace?: boolean; withoutKeys?: boolean; json?: true }

/** What came of it; a refusal has changed nothing. */
type Restored = { refusal: string } | { former: string | null; keys: TriedKey[] }

const SUFFIXES = ['', '-wal', '-shm', '-journal', '.lock']

/** `restore`: puts a backup in the place of the SQLite database, after a look at it. */
export function restoreCommand(report: (code: ExitCode) => void): Command {
  return new Command('restore')
    .description('put a backup in the place of the SQLite database; stop the service first')
    .argument('<file>', 'what backup has written')
    .option('--replace', 'also when a database is there; it is kept beside the restored one')
    .option('--without-keys', 'also when a key is missing; what it has sealed is lost')
    .option('--json', 'print JSON')
    .action(async (file: string, options: Options) => report(await run(file, options)))
}

async function run(file: string, { replace = false, withoutKeys = false, json }: Options) {
  const config = loadEnvironment()
  const path = sqliteFile(config)
  const restored = await restore({ file, path, config, replace, withoutKeys })
  if ('refusal' in restored) {
    console.error(`Nothing was changed. ${restored.refusal}`)
    return 1
  }
  const { former, keys } = restored
  const missing = keys.filter(({ opens }) => !opens)
  const grants = countGrants(keys) - countGrants(missing)
  await withParts(async ({ access }) =>
    access.audit.note({
      action: 'database_restored',
      detail: { grants, unreadable: countGrants(missing) },
    }),
  )
  if (json) {
    const shown = keys.map(({ keyId, ...rest }) => ({ key_id: keyId, ...rest }))
    console.log(JSON.stringify({ database: path, former, grants, keys: shown }))
    return 0
  }
  console.log(`${path} is restored, with the authorizations of ${grants} people.`)
  if (missing.length > 0) {
    console.error(
      `The tokens of these keys cannot be opened: ${inWords(missing)}. Put the keys back, or let those people authorize again.`,
    )
  }
  if (former !== null) console.log(`What was there is at ${former}.`)
  console.log(
    'Refresh tokens that were used after this backup was made are spent. The first refresh finds out, and asks that person with a new card; the alarm for reuse comes with it, and passes.',
  )
  return 0
}

async function restore({
  file,
  path,
  config,
  replace,
  withoutKeys,
}: {
  file: string
  path: string
  config: Config
  replace: boolean
  withoutKeys: boolean
}): Promise<Restored> {
  if (!existsSync(file) || !statSync(file).isFile()) return { refusal: `There is no file ${file}.` }
  if ((await verifyChecksum(file)) === 'wrong') {
    return { refusal: `${file} is not what was written: its checksum is another one.` }
  }
  if (existsSync(path) && !replace) {
    return {
      refusal: `There is a database at ${path}. With --replace it is kept beside the restored one.`,
    }
  }
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const candidate = `${path}.restoring`
  const discard = () => {
    for (const suffix of SUFFIXES) rmSync(candidate + suffix, { force: true })
  }
  discard()
  try {
    copyFileSync(file, candidate)
    chmodSync(candidate, 0o600)
    const { trouble, damage, migrations } = await inspectDatabase(`file:${candidate}`)
    if (trouble !== null || damage === null || damage.length > 0) {
      return { refusal: `${file} is damaged: ${trouble ?? damage?.[0]}` }
    }
    if (migrations === null || migrations.applied === 0) {
      return { refusal: `${file} is no database of feishu-card-auth.` }
    }
    const keys = await bringUpToDate(candidate, config)
    const missing = keys.filter(({ opens }) => !opens)
    if (missing.length > 0 && !withoutKeys) return { refusal: explainMissing(missing) }
    const former = `${path}.before-restore-${Date.now()}`
    const hadDatabase = existsSync(path)
    if (replaceSqlite(path, candidate, former) === 'in_use') {
      return { refusal: `${path} is in use. Stop the service first.` }
    }
    return { former: hadDatabase ? former : null, keys }
  } finally {
    discard()
  }
}

/** Migrates the backup and opens a token of each key. */
async function bringUpToDate(path: string, { encryptionKeys }: Config): Promise<TriedKey[]> {
  const store = await openStore({ databaseUrl: `file:${path}` })
  try {
    return await tryKeys({ store, cipher: createTokenCipher({ keys: encryptionKeys }) })
  } finally {
    await store.close()
  }
}

function explainMissing(missing: readonly TriedKey[]): string {
  return `TOKEN_ENCRYPTION_KEYS does not open the tokens of these keys: ${inWords(missing)}. Put them back behind the first one, or lose those tokens with --without-keys.`
}

function inWords(keys: readonly TriedKey[]): string {
  return keys.map(({ keyId, grants }) => `${keyId ?? 'unknown'} (${grants})`).join(', ')
}

function countGrants(keys: readonly TriedKey[]): number {
  return keys.reduce((sum, { grants }) => sum + grants, 0)
}
