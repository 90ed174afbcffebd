import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createScan, spellings } from './scan.ts'

const token = randomBytes(900).toString('base64url')
const key = randomBytes(32).toString('base64')
const scan = createScan([
  { kind: 'access token', value: token },
  { kind: 'encryption key', value: key },
])
const kindsIn = (text: string) => new Set(scan({ name: 'x', text }).map(({ kind }) => kind))

describe('the search for secrets', () => {
  it('finds a secret in every spelling', () => {
    for (const spelling of [...spellings(token), ...spellings(key)]) {
      expect(kindsIn(`before ${spelling} after`).size).toBe(1)
    }
  })

  it.each([0, 1, 2, 3, 4])('finds it inside a larger text in base64, %s bytes in', (shift) => {
    const text = `${'x'.repeat(shift)}${key}, said the key`
    for (const encoding of ['base64', 'base64url'] as const) {
      expect(kindsIn(Buffer.from(text).toString(encoding))).toEqual(new Set(['encryption key']))
    }
  })

  it('finds a piece of it, wherever it was cut', () => {
    for (let start = 0; start + 31 <= 200; start++) {
      expect(kindsIn(`…${token.slice(start, start + 31)}…`).size).toBe(1)
    }
  })

  it('finds it among bytes that are no text', () => {
    const bytes = Buffer.concat([randomBytes(5000), Buffer.from(token), randomBytes(5000)])
    expect(kindsIn(bytes.toString('latin1'))).toEqual(new Set(['access token']))
  })

  it('tells where it was', () => {
    expect(scan({ name: 'log', text: `"detail":"${key}"` })[0]).toEqual({
      kind: 'encryption key',
      surface: 'log',
      after: '"detail":"',
    })
  })

  it('finds nothing where there is nothing', () => {
    const others = randomBytes(300_000)
    expect(kindsIn(others.toString('base64')).size).toBe(0)
    expect(kindsIn(`${token.slice(0, 8)}… ${key.slice(0, 8)}…`).size).toBe(0)
  })

  it('takes no canary that is too short to be found', () => {
    expect(() => createScan([{ kind: 'state', value: 'short' }])).toThrow(/no canary/)
  })
})
