import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import type { TokenCipher } from '../../src/auth/ports.ts'
import { createTokenCipher } from '../../src/auth/token-cipher.ts'
import { watchCipher } from '../../src/auth/watch-cipher.ts'
import { TokenUnreadableError } from '../../src/errors.ts'

const BINDING = {
  appId: 'cli_a',
  tenantKey: null,
  openId: 'ou_lin',
  field: 'access_token',
} as const
const ours = () => createTokenCipher({ keys: [{ id: 'ours', key: randomBytes(32) }] })
const others = () => createTokenCipher({ keys: [{ id: 'others', key: randomBytes(32) }] })

it('a watched cipher seals and opens as before, and nothing is told', () => {
  const reasons: string[] = []
  const watched = watchCipher(ours(), (reason) => reasons.push(reason))
  expect(watched.open(watched.seal('secret', BINDING), BINDING)).toBe('secret')
  expect(reasons).toEqual([])
})

it('what cannot be opened is told with its reason, and fails for whoever wanted to open it', () => {
  const reasons: string[] = []
  const cipher = ours()
  const watched = watchCipher(cipher, (reason) => reasons.push(reason))
  const sealed = [others().seal('secret', BINDING), cipher.seal('secret', BINDING)]
  for (const each of sealed) {
    expect(() => watched.open(each, { ...BINDING, openId: 'ou_alex' })).toThrow(
      TokenUnreadableError,
    )
  }
  expect(reasons).toEqual(['bad_key', 'bad_binding'])
})

it('a fault of another kind fails alike, and is not told of as unreadable', () => {
  const reasons: string[] = []
  const fault = new TypeError('a bug')
  const broken: TokenCipher = {
    ...ours(),
    open() {
      throw fault
    },
  }
  expect(() => watchCipher(broken, (reason) => reasons.push(reason)).open('x', BINDING)).toThrow(
    fault,
  )
  expect(reasons).toEqual([])
})

it('where nobody watches, what cannot be opened fails with the same error', () => {
  const sealed = others().seal('secret', BINDING)
  expect(() => watchCipher(ours(), undefined).open(sealed, BINDING)).toThrow(TokenUnreadableError)
})
