import { randomBytes, webcrypto } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Binding } from '../../src/auth/ports.ts'
import {
  createTokenCipher,
  generateKey,
  keyIdOf,
  parseKeyRing,
} from '../../src/auth/token-cipher.ts'
import { TokenUnreadableError, type UnreadableReason } from '../../src/errors.ts'

const binding: Binding = {
  appId: 'cli_a',
  tenantKey: 'tenant_a',
  openId: 'ou_a',
  field: 'access_token',
}
const countingKey = Uint8Array.from({ length: 32 }, (_, index) => index)
const oldKey = { id: 'old', key: randomBytes(32) }
const newKey = { id: 'new', key: randomBytes(32) }
const cipher = createTokenCipher({ keys: [newKey] })

function reasonOf(open: () => unknown): UnreadableReason | 'opened' {
  try {
    open()
    return 'opened'
  } catch (error) {
    if (error instanceof TokenUnreadableError) return error.reason
    throw error
  }
}

describe('a sealed value', () => {
  it('opens to what was sealed, whatever the text and the row', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 300 })
    fc.assert(
      fc.property(
        text,
        fc.record({
          appId: text,
          tenantKey: fc.option(text),
          openId: text,
          field: text,
        }),
        (plaintext, row) => {
          expect(cipher.open(cipher.seal(plaintext, row), row)).toBe(plaintext)
        },
      ),
    )
  })

  it('opens nowhere else, whichever of the four facts differs', () => {
    const fact = fc.constantFrom('', 'a', 'b', 'a","b', '"', 'null')
    const row = fc.record({
      appId: fact,
      tenantKey: fc.option(fact),
      openId: fact,
      field: fact,
    })
    fc.assert(
      fc.property(row, row, (home, other) => {
        const same = JSON.stringify(home) === JSON.stringify(other)
        const reason = reasonOf(() => cipher.open(cipher.seal('secret', home), other))
        expect(reason).toBe(same ? 'opened' : 'bad_binding')
      }),
    )
  })

  it('is the known vector for a known key and a known initialization vector', () => {
    const fixed = createTokenCipher({
      keys: [{ id: 'k1', key: countingKey }],
      randomSource: (size) => new Uint8Array(size).fill(7),
    })
    expect(fixed.seal('u-known', binding)).toBe(KNOWN_VECTOR)
    expect(fixed.open(KNOWN_VECTOR, binding)).toBe('u-known')
  })

  it('is plain AES-256-GCM: another implementation opens it', async () => {
    const [, iv, ciphertext, tag] = KNOWN_VECTOR.split('.').map((part) =>
      Buffer.from(part, 'base64url'),
    )
    const key = await webcrypto.subtle.importKey('raw', countingKey, 'AES-GCM', false, ['decrypt'])
    const opened = await webcrypto.subtle.decrypt(
      {
        name: 'AES-GCM',
        iv: iv ?? Buffer.alloc(0),
        additionalData: Buffer.from('["cli_a","tenant_a","ou_a","access_token"]'),
      },
      key,
      Buffer.concat([ciphertext ?? Buffer.alloc(0), tag ?? Buffer.alloc(0)]),
    )
    expect(Buffer.from(opened).toString()).toBe('u-known')
  })

  it('never looks the same twice', () => {
    expect(cipher.seal('secret', binding)).not.toBe(cipher.seal('secret', binding))
  })

  it('does not open in the row of another person', () => {
    const sealed = cipher.seal('secret', binding)
    expect(reasonOf(() => cipher.open(sealed, { ...binding, openId: 'ou_b' }))).toBe('bad_binding')
  })

  it('does not open as another field of the same row', () => {
    const sealed = cipher.seal('secret', binding)
    expect(reasonOf(() => cipher.open(sealed, { ...binding, field: 'refresh_token' }))).toBe(
      'bad_binding',
    )
  })

  it('does not open when the tenant has changed or become known', () => {
    const sealed = cipher.seal('secret', binding)
    const elsewhere = { ...binding, tenantKey: 'tenant_b' }
    expect(reasonOf(() => cipher.open(sealed, elsewhere))).toBe('bad_binding')
    expect(reasonOf(() => cipher.open(sealed, { ...binding, tenantKey: null }))).toBe('bad_binding')
  })

  it('is refused when cut off at any length', () => {
    const sealed = cipher.seal('a secret of some length', binding)
    for (let length = 0; length < sealed.length; length++) {
      expect(reasonOf(() => cipher.open(sealed.slice(0, length), binding))).not.toBe('opened')
    }
  })

  it('is refused when any bit of its text is flipped', () => {
    const sealed = Buffer.from(cipher.seal('a secret', binding))
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const flipped = Buffer.from(sealed)
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      expect(reasonOf(() => cipher.open(flipped.toString('latin1'), binding))).not.toBe('opened')
    }
  })

  it.each(['u-abcdef', '', 'a.b.c.d', 'new.....', 'new.eyJh.bbbb.cccc', '....', 'new.a b.c.d'])(
    'is malformed when the column holds %j instead',
    (plaintext) => {
      expect(reasonOf(() => cipher.open(plaintext, binding))).toBe('malformed')
    },
  )

  it('is malformed when something is appended', () => {
    const sealed = cipher.seal('secret', binding)
    expect(reasonOf(() => cipher.open(`${sealed}.AAAA`, binding))).toBe('malformed')
    expect(reasonOf(() => cipher.open(`${sealed}=`, binding))).toBe('malformed')
    expect(reasonOf(() => cipher.open(`${sealed}\n`, binding))).toBe('malformed')
  })

  it('is malformed when the same bytes are spelled another way', () => {
    const sealed = cipher.seal('a secret that is long enough for both signs'.repeat(20), binding)
    const others = [sealed.replaceAll('-', '+'), sealed.replaceAll('_', '/')]
    for (const stray of ['\n', '=', ' ', '%']) {
      for (let at = 4; at <= sealed.length; at++) {
        others.push(`${sealed.slice(0, at)}${stray}${sealed.slice(at)}`)
      }
    }
    for (const other of others) {
      expect(other).not.toBe(sealed)
      expect(reasonOf(() => cipher.open(other, binding))).toBe('malformed')
    }
  })

  it('is malformed with another initialization vector than one of 96 bits', () => {
    const [id, , ciphertext, tag] = cipher.seal('secret', binding).split('.')
    const short = randomBytes(8).toString('base64url')
    expect(reasonOf(() => cipher.open([id, short, ciphertext, tag].join('.'), binding))).toBe(
      'malformed',
    )
  })

  it('is malformed with a shorter tag, even one that GCM would accept', () => {
    const sealed = cipher.seal('secret', binding)
    const [id, iv, ciphertext, tag] = sealed.split('.')
    const short = Buffer.from(tag ?? '', 'base64url')
      .subarray(0, 12)
      .toString('base64url')
    expect(reasonOf(() => cipher.open([id, iv, ciphertext, short].join('.'), binding))).toBe(
      'malformed',
    )
  })
})

describe('the key ring', () => {
  it('seals with the first key and still opens with the old one', () => {
    const sealedLongAgo = createTokenCipher({ keys: [oldKey] }).seal('secret', binding)
    const rotated = createTokenCipher({ keys: [newKey, oldKey] })
    expect(rotated.open(sealedLongAgo, binding)).toBe('secret')
    expect(rotated.seal('secret', binding)).toMatch(/^new\./)
  })

  it('names a missing key as the reason', () => {
    const sealed = createTokenCipher({ keys: [oldKey] }).seal('secret', binding)
    expect(reasonOf(() => cipher.open(sealed, binding))).toBe('bad_key')
  })

  it('refuses a value whose kid was renamed to that of another key', () => {
    const sealed = createTokenCipher({ keys: [oldKey] }).seal('secret', binding)
    expect(reasonOf(() => cipher.open(sealed.replace(/^old/, 'new'), binding))).toBe('bad_binding')
  })

  it('is told by the value itself, and by nothing that was never sealed', () => {
    expect(keyIdOf(cipher.seal('secret', binding))).toBe('new')
    expect(keyIdOf(`${'k'.repeat(32)}.a.b.c`)).toBe('k'.repeat(32))
    for (const text of ['', 'u-abcdef', '.a.b.c', 'a key.a.b.c', `${'k'.repeat(33)}.a.b.c`]) {
      expect(keyIdOf(text)).toBeNull()
    }
  })

  it('never shows the value or a key in the error', () => {
    const sealed = cipher.seal('secret-of-ou_a', binding)
    try {
      createTokenCipher({ keys: [oldKey] }).open(sealed, binding)
      expect.unreachable()
    } catch (error) {
      const shown = `${error} ${JSON.stringify(error)}`
      expect(shown).not.toContain('secret-of-ou_a')
      expect(shown).not.toContain(sealed)
    }
  })
})

describe('parseKeyRing', () => {
  const good = Buffer.from(countingKey).toString('base64')

  function problemsOf(text: string): string[] {
    const parsed = parseKeyRing(text)
    return parsed.ok ? [] : parsed.faults.map((fault) => fault.problem)
  }

  it('reads keys in their order and forgives spaces and missing padding', () => {
    const parsed = parseKeyRing(` k2:${good.replace(/=+$/, '')} , k1:${good}\n`)
    expect(parsed).toEqual({
      ok: true,
      keys: [
        { id: 'k2', key: Buffer.from(countingKey) },
        { id: 'k1', key: Buffer.from(countingKey) },
      ],
    })
  })

  it('reads what generateKey makes, and makes a new key each time', () => {
    const ring = parseKeyRing(`${generateKey()},${generateKey()}`)
    expect(ring.ok && new Set(ring.keys.map(({ id }) => id)).size).toBe(2)
  })

  it.each([
    ['', 'not written as'],
    [good, 'not written as'],
    [`:${good}`, 'not written as'],
    [`k.1:${good}`, 'not written as'],
    [`k1:${good},`, 'key 2 is not written as'],
    [`k1:${good}\nk2:${good}`, 'not written as'],
    ['k1:not base64!', 'not valid base64'],
    [`k1:${good.slice(0, 20)}=${good.slice(20)}`, 'not valid base64'],
    [`k1:${good.replaceAll('A', '-')}`, 'not valid base64'],
    ['k1:AAEC', 'has 3 bytes instead of 32'],
    [`k1:${Buffer.alloc(31, good).toString('base64')}`, 'has 31 bytes instead of 32'],
    [`k1:${Buffer.alloc(33, good).toString('base64')}`, 'has 33 bytes'],
    [`k1:${Buffer.alloc(32, 0).toString('base64')}`, 'weak'],
    [`k1:${Buffer.alloc(32, 255).toString('base64')}`, 'weak'],
    [`k1:${Buffer.alloc(32, '\u0001\u0002\u0003').toString('base64')}`, 'weak'],
    [`k1:${Buffer.alloc(32, 'correct horse battery').toString('base64')}`, 'weak'],
    [`k1:${Buffer.alloc(32, '~correct horse~').toString('base64')}`, 'weak'],
    [`k1:${Buffer.from(countingKey.map((byte) => byte % 7)).toString('base64')}`, 'weak'],
    [`k1:${good},k1:${good}`, 'key 2 has the same kid'],
  ])('finds what is wrong with %j', (text, problem) => {
    const problems = problemsOf(text)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(problem)
  })

  it.each([
    ['is made of eight different bytes', countingKey.map((byte) => byte % 8)],
    ['looks typed but for a byte above the alphabet', countingKey.map((byte) => byte + 0x60)],
    ['looks typed but for a byte below the alphabet', countingKey.map((byte) => byte + 0x1f)],
  ])('takes a key that %s', (_, key) => {
    expect(parseKeyRing(`k1:${Buffer.from(key).toString('base64')}`).ok).toBe(true)
  })

  it.each([
    ['nothing', 'npx feishu-card-auth keys generate'],
    ['k1:AAEC', 'npx feishu-card-auth keys generate'],
    [`k1:${good},k1:${good}`, 'its own kid'],
  ])('says with %j what to do', (text, fix) => {
    const parsed = parseKeyRing(text)
    expect(parsed).toMatchObject({ faults: [{ fix: expect.stringContaining(fix) }] })
  })

  it('reports every fault at once', () => {
    expect(problemsOf(`k1:AAEC,nothing,k1:${Buffer.alloc(32).toString('base64')}`)).toHaveLength(4)
  })

  it('never repeats any part of what it read', () => {
    const parsed = parseKeyRing(`${good}:swapped,k1:${good.slice(4)},k1:${good}`)
    expect(parsed.ok).toBe(false)
    expect(JSON.stringify(parsed)).not.toContain(good.slice(4, 12))
  })
})

const KNOWN_VECTOR = 'k1.BwcHBwcHBwcHBwcH.ekfNMgB4uQ.DXu4G97PTjuvXv0ubZEMrA'
