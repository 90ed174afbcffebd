import { Command } from 'commander'
import { type CountByKey, type KeyHoldings, keyHoldings } from '../auth/key-usage.ts'
import type { Store } from '../auth/ports.ts'
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
    .description('what each key holds; exit code 1 when the key of a token or a card is missing')
    .option('--json', 'print JSON')
    .action(async ({ json }: Json) => {
      const holdings = await withParts(async ({ store }, { encryptionKeys }) =>
        keyHoldings(
          encryptionKeys.map(({ id }) => id),
          await countSealed(store),
        ),
      )
      const rows = holdings.map(({ keyId, signIns, ...others }) => ({
        ...{ key_id: keyId, sign_ins: signIns, ...others },
      }))
      if (json) console.log(JSON.stringify(rows, null, 2))
      else console.table(rows.map((row) => ({ ...row, standing: STANDINGS[row.standing] })))
      const isLost = ({ standing, grants, revocations, cards }: KeyHoldings) =>
        standing === 'missing' && grants + revocations + cards > 0
      // Sign-ins and answers whose key is gone cost a second try, and nothing is lost.
      if (holdings.some(isLost)) {
        console.error(
          'Some tokens or cards cannot be opened: put their key back, behind the first of TOKEN_ENCRYPTION_KEYS.',
        )
        report(1)
      }
    })
  keys
    .command('rotate')
    .description(
      'seal every token, and every card that waits, with the first key, while the service runs',
    )
    .option('--json', 'print JSON')
    .action(async ({ json }: Json) => report(await rotate(json)))
  return keys
}

async function rotate(json: true | undefined): Promise<ExitCode> {
  const outcome = await withParts(async ({ store, access }, { encryptionKeys }) => {
    const sealingKeyId = encryptionKeys[0].id
    const rotateKeys = createRotateKeys({
      store,
      cipher: createTokenCipher({ keys: encryptionKeys }),
      clock: createSystemClock(),
      sealingKeyId,
    })
    // The answer goes to standard output, the way there to standard error.
    const rotation = await rotateKeys(({ resealed, unreadable }) => {
      if (!json) console.error(`${resealed} sealed anew, ${unreadable} cannot be opened`)
    })
    const { grants, revocations, tickets, verifiers, replies } = await countSealed(store)
    const ofOtherKeys = (counts: CountByKey) =>
      counts.reduce((sum, { keyId, count }) => sum + (keyId === sealingKeyId ? 0 : count), 0)
    const left = ofOtherKeys([...grants, ...revocations, ...tickets])
    const runningOut = ofOtherKeys([...verifiers, ...replies])
    access.audit.note({ action: 'keys_rotated', detail: { ...rotation, left } })
    return { ...rotation, left, runningOut }
  })
  const { resealed, unreadable, left, runningOut } = outcome
  if (json) console.log(JSON.stringify({ resealed, unreadable, left, running_out: runningOut }))
  else console.log(`Done: ${resealed} sealed with the first key, ${left} left with another one.`)
  if (left > 0) {
    console.error(
      unreadable > 0
        ? 'Some tokens or cards cannot be opened; keys list names the keys they need. Keep every key you have.'
        : 'An instance still seals with another key. Give all of them the new key first, restart, and rotate again.',
    )
    return 1
  }
  if (!json) {
    console.log(
      `Sign-ins under way and kept answers are not sealed anew, they run out within a day: ${runningOut} are left. Take an old key away when keys list counts nothing for it.`,
    )
  }
  return 0
}

async function countSealed(store: Store) {
  const [grants, revocations, others] = await Promise.all([
    store.grants.countByKey(),
    store.revocations.countByKey(),
    store.seals.count(createSystemClock().now()),
  ])
  return { grants, revocations, ...others }
}
