import { hash as digest, randomBytes } from 'node:crypto'

const WELL_FORMED = /^[A-Za-z0-9_-]{43}$/

/** A fresh secret of 256 random bits, 43 characters of base64url: a ticket, a `state`, a PKCE verifier or a browser cookie. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** Tells whether a value from outside has the shape of our secrets, before it is hashed and looked up. */
export function isSecret(value: unknown): value is string {
  return typeof value === 'string' && WELL_FORMED.test(value)
}

/** The form in which secrets are stored and compared: SHA-256, base64url. It is also the S256 challenge of RFC 7636 §4.2. */
export function hashSecret(secret: string): string {
  return digest('sha256', secret, 'base64url')
}
