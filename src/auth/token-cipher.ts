import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createSecretKey,
  randomBytes,
} from 'node:crypto'
import { type ConfigurationFault, TokenUnreadableError } from '../errors.ts'
import type { Binding, TokenCipher } from './ports.ts'

/** A key of exactly 32 bytes and the id that sealed values carry in front. */
export type EncryptionKey = { id: string; key: Uint8Array }

/** The first key seals, all of them open. */
export type KeyRing = readonly [EncryptionKey, ...EncryptionKey[]]

/** The key ring, or everything that is wrong with its text; no fault repeats any part of a key. */
export type ParsedKeyRing =
  | { ok: true; keys: KeyRing }
  | { ok: false; faults: readonly Omit<ConfigurationFault, 'name'>[] }

const KEY_BYTES = 32
const IV_BYTES = 12
const TAG_BYTES = 16
/** Which last characters leave the spare bits of the last group 0, by the length modulo 4; no text has one character over. */
const ENDINGS = ['', undefined, 'AQgw', 'AEIMQUYcgkosw048'] as const
const MAKE_ONE = 'Make one with: npx feishu-card-auth keys generate'

/**
 * Creates AES-256-GCM encryption with additional data (NIST SP 800-38D), written as `kid.iv.ciphertext.tag` in base64url.
 *
 * The additional data is the JSON array of app, tenant, person and field, so a value moved to another
 * row or column does not open. Random 96-bit initialization vectors are safe for 2^32 values per key.
 */
export function createTokenCipher({
  keys,
  randomSource = randomBytes,
}: {
  keys: KeyRing
  /** Returns `size` unpredictable bytes that never repeat; tests hand in fixed ones. */
  randomSource?: (size: number) => Uint8Array
}): TokenCipher {
  const ring = new Map(keys.map(({ id, key }) => [id, createSecretKey(key)]))
  const sealing = { id: keys[0].id, key: createSecretKey(keys[0].key) }

  return {
    seal(plaintext, binding) {
      const iv = randomSource(IV_BYTES)
      const cipher = createCipheriv('aes-256-gcm', sealing.key, iv, { authTagLength: TAG_BYTES })
      cipher.setAAD(additionalData(binding))
      const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()])
      const parts = [iv, ciphertext, cipher.getAuthTag()]
      return [sealing.id, ...parts.map((bytes) => Buffer.from(bytes).toString('base64url'))].join(
        '.',
      )
    },

    open(sealed, binding) {
      const { keyId, iv, ciphertext, tag } = parseSealed(sealed)
      const key = ring.get(keyId)
      if (key === undefined) throw new TokenUnreadableError('bad_key')
      const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES })
      decipher.setAAD(additionalData(binding))
      decipher.setAuthTag(tag)
      const text = decipher.update(ciphertext, undefined, 'utf8')
      try {
        return text + decipher.final('utf8')
      } catch {
        // GCM cannot tell a moved value from a damaged one, nor from a key replaced under its old id.
        throw new TokenUnreadableError('bad_binding')
      }
    },
  }
}

/** Tells which key sealed a value, from the id in front; null when the value is not one that was sealed. */
export function keyIdOf(sealed: string): string | null {
  return /^([A-Za-z0-9_-]{1,32})\./.exec(sealed)?.[1] ?? null
}

/** Reads `kid:base64(32 bytes)`, comma separated, and finds every fault at once. */
export function parseKeyRing(text: string): ParsedKeyRing {
  const faults: Omit<ConfigurationFault, 'name'>[] = []
  const keys: EncryptionKey[] = []
  for (const [index, entry] of text.split(',').entries()) {
    const where = `key ${index + 1}`
    const [, id, encoded] = /^([A-Za-z0-9_-]{1,32}):(.*)$/.exec(entry.trim()) ?? []
    if (id === undefined || encoded === undefined) {
      faults.push({ problem: `${where} is not written as kid:base64(32 bytes)`, fix: MAKE_ONE })
      continue
    }
    const key = Buffer.from(encoded, 'base64')
    const fault = faultOfKey(key, encoded)
    if (fault !== null) faults.push({ problem: `${where} ${fault}`, fix: MAKE_ONE })
    if (keys.some((earlier) => earlier.id === id)) {
      faults.push({
        problem: `${where} has the same kid as an earlier key`,
        fix: 'Give every key its own kid, and never give an old kid to a new key.',
      })
    }
    keys.push({ id, key })
  }
  const [first, ...rest] = keys
  if (faults.length > 0 || first === undefined) return { ok: false, faults }
  return { ok: true, keys: [first, ...rest] }
}

/** Makes a random key as `kid:base64`; its kid is a fingerprint, so two keys never share one by accident. */
export function generateKey(): string {
  const key = randomBytes(KEY_BYTES)
  const fingerprint = createHash('sha256').update(key).digest('hex').slice(0, 8)
  return `k${fingerprint}:${key.toString('base64')}`
}

function additionalData({ appId, tenantKey, openId, field }: Binding): Buffer {
  return Buffer.from(JSON.stringify([appId, tenantKey, openId, field]), 'utf8')
}

function parseSealed(sealed: string) {
  const [keyId, ...encoded] = sealed.split('.')
  const [iv, ciphertext, tag, surplus] = encoded.map((part) => decodeStrictly(part))
  if (!keyId || !iv || !ciphertext || !tag || surplus !== undefined) {
    throw new TokenUnreadableError('malformed')
  }
  if (iv.length !== IV_BYTES || tag.length !== TAG_BYTES) {
    throw new TokenUnreadableError('malformed')
  }
  return { keyId, iv, ciphertext, tag }
}

/**
 * Only the one spelling that encoding would give is taken (RFC 4648 §3.5): Node skips what it cannot decode, knows the other
 * alphabet too, and drops spare bits at the end. Writing all of it again to compare would take as long as opening it.
 */
function decodeStrictly(part: string): Buffer | null {
  const bytes = Buffer.from(part, 'base64url')
  const endings = ENDINGS[part.length % 4]
  if (endings === undefined || bytes.length !== Math.floor((part.length * 3) / 4)) return null
  if (part.includes('+') || part.includes('/')) return null
  return endings === '' || endings.includes(part.slice(-1)) ? bytes : null
}

function faultOfKey(key: Buffer, encoded: string): string | null {
  if (key.toString('base64').replace(/=+$/, '') !== encoded.replace(/=+$/, '')) {
    return 'is not valid base64'
  }
  if (key.length !== KEY_BYTES) return `has ${key.length} bytes instead of ${KEY_BYTES}`
  // Chance produces neither of these once in a billion keys; people who type keys do.
  const isTyped = key.every((byte) => byte >= 0x20 && byte <= 0x7e)
  if (isTyped || new Set(key).size < 8) return 'is weak: it was not made at random'
  return null
}
