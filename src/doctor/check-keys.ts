import { timingSafeEqual } from 'node:crypto'
import { keyUsage } from '../auth/key-usage.ts'
import type { GrantStore } from '../auth/ports.ts'
import type { RevocationStore } from '../auth/revocation.ts'
import type { KeyRing } from '../auth/token-cipher.ts'
import { type Finding, fail, pass, skip, warn } from './check.ts'

/** A caller of `/v1` from the environment. */
type EnvironmentKey = { name: string; secret: string }

const MAKE_A_KEY = 'Make one with: npx feishu-card-auth keys generate'
/** Random base64url has six bits a character; words and repetitions come far below this. */
const LEAST_BITS = 64
/** What people copy out of examples, manuals and chat. */
const EXAMPLES =
  /change.?me|example|placeholder|password|passw0rd|^your|secret.?key|my[-_ ]?secret|test.?key|0123456789|12345678|abcdefgh|qwerty|letmein|deadbeef/i

/** Looks at the keys that seal tokens: none twice under two names, none out of an example. */
export function checkEncryptionKeys(keys: KeyRing): Finding {
  for (const [index, { id, key }] of keys.entries()) {
    const twin = keys.slice(0, index).find((earlier) => isSame(earlier.key, key))
    if (twin) {
      return fail(
        `The keys ${twin.id} and ${id} of TOKEN_ENCRYPTION_KEYS are the same key.`,
        `Take one of the two away, and rotate to a new one. ${MAKE_A_KEY}`,
      )
    }
    if (isPattern(key)) {
      return fail(
        `The key ${id} of TOKEN_ENCRYPTION_KEYS follows a pattern: it was not made at random.`,
        `${MAKE_A_KEY} Put it first, restart, and run: npx feishu-card-auth keys rotate`,
      )
    }
  }
  const count = keys.length === 1 ? 'One key' : `${keys.length} keys`
  return pass(`${count} of 256 bits; ${keys[0].id} seals.`)
}

/** Looks at the keys of `API_KEYS`. */
export function checkApiKeys(keys: readonly EnvironmentKey[], appSecrets: readonly string[]) {
  if (keys.length === 0) return pass('API_KEYS is empty; keys made with apikey create are used.')
  const findings: Finding[] = []
  for (const { name, secret } of keys) {
    const fault = appSecrets.includes(secret)
      ? 'is the App Secret of an app'
      : EXAMPLES.test(secret)
        ? 'looks like an example'
        : bitsOf(secret) < LEAST_BITS
          ? 'can be guessed'
          : null
    if (fault) {
      const hint = 'Make one with: openssl rand -base64 32 | tr "+/" "-_" | tr -d "="'
      findings.push(fail(`The secret of the API key ${name} ${fault}.`, hint))
    }
  }
  const names = keys.map(({ name }) => name).join(', ')
  findings.push(
    warn(
      `Keys in API_KEYS may do everything, for every app: ${names}.`,
      'Make keys with few permissions instead: npx feishu-card-auth apikey create --help',
    ),
  )
  return findings
}

/** Looks whether every stored token can be opened with the keys at hand. */
export async function checkStoredKeys(
  keys: KeyRing,
  grants: Pick<GrantStore, 'countByKey'> | null,
  revocations?: Pick<RevocationStore, 'countByKey'>,
): Promise<Finding> {
  if (!grants) return skip('The database cannot be read.')
  const usage = keyUsage(
    keys.map(({ id }) => id),
    await grants.countByKey(),
    await revocations?.countByKey(),
  )
  const missing = usage.filter(({ standing }) => standing === 'missing')
  if (missing.length > 0) {
    const names = missing.map(({ keyId, grants: count }) => `${keyId} (${count})`).join(', ')
    return fail(
      `Stored tokens need keys that are not in TOKEN_ENCRYPTION_KEYS: ${names}.`,
      'Put these keys back, behind the first one; without them the people must authorize again.',
    )
  }
  const old = usage.filter(
    ({ standing, grants: count, revocations: more }) => standing === 'opens' && count + more > 0,
  )
  const total = usage.reduce((sum, { grants: count }) => sum + count, 0)
  if (old.length > 0) {
    const names = old.map(({ keyId }) => keyId).join(', ')
    return warn(
      `Some tokens are still sealed with an older key: ${names}.`,
      'Run: npx feishu-card-auth keys rotate',
    )
  }
  return pass(`The keys open all stored tokens (${total}).`)
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other)
}

/** The same step from byte to byte, or a part repeated: 00 01 02 …, or 16 bytes twice. */
function isPattern(key: Uint8Array): boolean {
  const steps = new Set<number>()
  for (let index = 1; index < key.length; index++) {
    steps.add(((key[index] ?? 0) - (key[index - 1] ?? 0) + 256) % 256)
  }
  if (steps.size <= 2) return true
  return [1, 2, 4, 8, 16].some((period) =>
    key.every((byte, index) => index < period || byte === key[index - period]),
  )
}

/** Shannon's estimate over the characters: generous, so that nothing random is refused. */
function bitsOf(secret: string): number {
  const counts = new Map<string, number>()
  for (const character of secret) counts.set(character, (counts.get(character) ?? 0) + 1)
  const length = [...secret].length
  let bits = 0
  for (const count of counts.values()) bits -= count * Math.log2(count / length)
  return bits
}
