import { describe, expect, it } from 'vitest'
import { hashSecret, isSecret, newSecret } from '../../src/auth/one-time-secret.ts'

describe('a secret', () => {
  // The example of RFC 7636, appendix B.
  const secret = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'

  it('is 43 characters of base64url, and never the same', () => {
    const secrets = Array.from({ length: 50 }, newSecret)
    expect(new Set(secrets).size).toBe(50)
    for (const each of secrets) expect(each).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(secrets.every(isSecret)).toBe(true)
  })

  it.each<[string, unknown]>([
    ['one character short', secret.slice(1)],
    ['one character long', `${secret}A`],
    ['something in front', `/${secret}`],
    ['something behind', `${secret}\n`],
    ['another alphabet', `${secret.slice(1)}+`],
    ['a list that reads as one', [secret]],
    ['an object that reads as one', { toString: () => secret }],
    ['nothing', undefined],
  ])('is not what comes from outside with %s', (_, value) => {
    expect(isSecret(value)).toBe(false)
  })

  it('is hashed as a PKCE challenge is', () => {
    expect(hashSecret(secret)).toBe('E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM')
  })
})
