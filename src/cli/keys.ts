import { Command } from 'commander'
import { keyUsage } from '../auth/key-usage.ts'
import { createRotateKeys } from '../auth/rotate-keys.ts'
import { createTokenCipher, generateKey } from '../auth/token-cipher.ts'
import { createSystemClock } from '../system-clock.ts'
import type { ExitCode } from './exit-code.ts'
import { withParts } from './with-parts.ts'

type Json = { json?: true }

const STANDINGS = {
  seals: 'first: seals and opens',
  opens: 'opens',
  missing: 'NOT IN TOKEN_ENCRYPTION_KEYS',
  unknown: 'two keys, or not known; keys rotate settles it',
} as const

/** `keys generate|list|rotate`: the keys of TOKEN_ENCRYPTION_KEYS and what they hold. */
export function keysCommand(report: (code: ExitCode) => void): Command {
  const keys = new Command('keys').description('the keys that seal tokens')
  keys
    .command('generate')
    .description('make a key for TOKEN_ENCRYPTION_KEYS; keep it apart from the database')
    .option('--json', 'print JSON')
    .action(({ json }: Json) => {
      const entry = generateKey()
      console.log(json ? JSON.stringify({ TOKEN_ENCRYPTION_KEYS: entry }) : entry)
    })
  keys
    .command('list')
    .description('how many tokens each key holds; exit code 1 when a key is missing')
    .option('--json', 'print JSON')
    .action(async ({ json }: Json) => {
      const usage = await withParts(async ({ store }, { encryptionKeys }) =>
        keyUsage(
          encryptionKeys.map(({ id }) => id),
          await store.grants.countByKey(),
          await store.revocations.countByKey(),
        ),
      )
      const rows = usage.map(({ keyId, ...others }) => ({ key_id: keyId, ...others }))
      if (json) console.log(JSON.stringify(rows, null, 2))
      else console.table(rows.map((row) => ({ ...row, standing: STANDINGS[row.standing] })))
      if (rows.some(({ standing }) => standing === 'missing')) {
        console.error(
          'Some tokens cannot be opened: put their key back, behind the first of TOKEN_ENCRYPTION_KEYS.',
        )
        report(1)
      }
    })
  keys
    .command('rotate')
    .description(
      'seal every token with the first key, while the service runs; cards that wait keep the old key until they run out',
    )
    .option('--json', 'print JSON')
    .action(async ({ json }: Json) => report(await rotate(json)))
  return keys
}

async function rotate(json: true | undefined): Promise<ExitCode> {
  const outcome = await withParts(
    async ({ store, access }, { encryptionKeys, sessionTtlSeconds }) => {
      const rotateKeys = createRotateKeys({
        store,
        cipher: createTokenCipher({ keys: encryptionKeys }),
        clock: createSystemClock(),
        sealingKeyId: encryptionKeys[0].id,
      })
      // The answer goes to standard output, the way there to standard error.
      const rotation = await rotateKeys(({ resealed, unreadable }) => {
        if (!json) console.error(`${resealed} sealed anew, ${unreadable} cannot be opened`)
      })
      const counts = [
        ...(await store.grants.countByKey()),
        ...(await store.revocations.countByKey()),
      ]
      const left = counts
        .filter(({ keyId }) => keyId !== encryptionKeys[0].id)
        .reduce((sum, { count }) => sum + count, 0)
      access.audit.note({ action: 'keys_rotated', detail: { ...rotation, left } })
      return { ...rotation, left, waitSeconds: sessionTtlSeconds }
    },
  )
  const { resealed, unreadable, left, waitSeconds } = outcome
  if (json) console.log(JSON.stringify({ resealed, unreadable, left }))
  else console.log(`Done: ${resealed} sealed with the first key, ${left} left with another one.`)
  if (left > 0) {
    console.error(
      unreadable > 0
        ? 'Some tokens cannot be opened; keys list names the keys they need. Keep every key you have.'
        : 'An instance still seals with another key. Give all of them the new key first, restart, and rotate again.',
    )
    return 1
  }
  if (!json) {
    console.log(
      `Links on cards and consents under way are not sealed anew, they run out: take the old keys away ${waitSeconds} s after the last restart.`,
    )
  }
  return 0
}
