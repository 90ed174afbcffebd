import type { OAuthErrorCode } from './oauth-error.ts'

/** A token request that Feishu refuses; the token route turns it into the flat answer. */
export class OAuthRefusal extends Error {
  readonly code: OAuthErrorCode

  constructor(code: OAuthErrorCode) {
    super(`refused with ${code}`)
    this.name = 'OAuthRefusal'
    this.code = code
  }
}

/** Ends a token request with a documented code. */
export function refuse(code: OAuthErrorCode): never {
  throw new OAuthRefusal(code)
}

/** Reads a parameter that must be a string: missing or empty is 20001, another type 20063. */
export function required(body: Record<string, unknown>, name: string): string {
  return optional(body, name) ?? refuse(20001)
}

/** Reads a parameter that may be left out: empty counts as left out, another type is 20063. */
export function optional(body: Record<string, unknown>, name: string): string | null {
  const value = body[name] ?? ''
  if (typeof value !== 'string') return refuse(20063)
  return value === '' ? null : value
}
