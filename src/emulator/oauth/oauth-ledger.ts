import { newAuthorizationCode, newTenantToken, newUserToken } from '../ids.ts'
import type { ResolvedOptions } from '../options.ts'

/** What a person's consent allows, carried from the code into the tokens. */
export type Consent = {
  appId: string
  openId: string
  /** Every scope the tokens of this consent may carry. */
  scopes: string[]
  /** When the person consented, milliseconds; refreshing ends 365 days later. */
  consentedAt: number
}

/** An authorization code: five minutes, one use. */
export type AuthorizationCode = Consent & {
  code: string
  redirectUri: string
  challenge: { value: string; method: 'S256' | 'plain' } | null
  expiresAt: number
  usedAt: number | null
}

/** A user_access_token; it lives until its own expiry, whatever happens to the refresh token. */
export type AccessToken = Consent & { token: string; expiresAt: number; revokedAt: number | null }

/** A refresh token: one use, and bound to the endpoint version that issued it. */
export type RefreshToken = Consent & {
  token: string
  issuedBy: 'v2' | 'v3'
  /** 1 for the token of the code exchange, one more at each refresh. */
  generation: number
  expiresAt: number
  spentAt: number | null
  revokedAt: number | null
}

/** Which tokens of a person end. */
export type WithdrawnTokens = 'access' | 'refresh' | 'both'

/** Every code and token the emulator ever issued since the start or the last reset. */
export interface OAuthLedger {
  /** Remembers what a person granted and gives back everything ever granted to this app. */
  grant(appId: string, openId: string, scopes: readonly string[]): string[]
  issueCode(code: Consent & Pick<AuthorizationCode, 'redirectUri' | 'challenge'>): AuthorizationCode
  issueAccessToken(consent: Consent): AccessToken
  issueRefreshToken(consent: Consent & Pick<RefreshToken, 'issuedBy' | 'generation'>): RefreshToken
  findCode(code: string): AuthorizationCode | undefined
  findAccessToken(token: string): AccessToken | undefined
  findRefreshToken(token: string): RefreshToken | undefined
  /** The app's tenant token: the same one while it has 30 minutes left, then a new one. */
  tenantToken(appId: string): { token: string; secondsLeft: number }
  /** Whether a tenant token was issued and is not over. */
  tenantTokenWorks(token: string): boolean
  /** Ends tokens of a person; without their refresh tokens nothing is granted any more. */
  withdraw(openId: string, tokens: WithdrawnTokens): void
  /** Whether a token of this person lives. */
  holdsToken(openId: string): boolean
  reset(): void
}

// https://open.feishu.cn/document/authentication-management/access-token/refresh-user-access-token
const longestConsentMs = 365 * 24 * 3600 * 1000
const tenantTokenSeconds = 7200
const tenantTokenReuseSeconds = 1800

/** Creates an empty ledger; `now` gives milliseconds. */
export function createOAuthLedger(options: ResolvedOptions, now: () => number): OAuthLedger {
  const granted = new Map<string, Set<string>>()
  const codes = new Map<string, AuthorizationCode>()
  const accessTokens = new Map<string, AccessToken>()
  const refreshTokens = new Map<string, RefreshToken>()
  const tenantTokens = new Map<string, { appId: string; expiresAt: number }>()

  return {
    grant(appId, openId, scopes) {
      const key = `${appId} ${openId}`
      const all = new Set([...(granted.get(key) ?? []), ...scopes])
      granted.set(key, all)
      return [...all]
    },
    issueCode(code) {
      const expiresAt = now() + options.codeSeconds * 1000
      const issued = { ...code, code: newAuthorizationCode(), expiresAt, usedAt: null }
      codes.set(issued.code, issued)
      return issued
    },
    issueAccessToken(consent) {
      const expiresAt = now() + options.accessTokenSeconds * 1000
      const issued = { ...consent, token: newUserToken(), expiresAt, revokedAt: null }
      accessTokens.set(issued.token, issued)
      return issued
    },
    issueRefreshToken(consent) {
      const expiresAt = Math.min(
        now() + options.refreshTokenSeconds * 1000,
        consent.consentedAt + longestConsentMs,
      )
      const lifecycle = { expiresAt, spentAt: null, revokedAt: null }
      const issued = { ...consent, token: newUserToken(), ...lifecycle }
      refreshTokens.set(issued.token, issued)
      return issued
    },
    findCode: (code) => codes.get(code),
    findAccessToken: (token) => accessTokens.get(token),
    findRefreshToken: (token) => refreshTokens.get(token),
    tenantToken(appId) {
      const reusable = [...tenantTokens].find(
        ([, held]) =>
          held.appId === appId && held.expiresAt - now() >= tenantTokenReuseSeconds * 1000,
      )
      const token = reusable?.[0] ?? newTenantToken()
      const expiresAt = reusable?.[1].expiresAt ?? now() + tenantTokenSeconds * 1000
      tenantTokens.set(token, { appId, expiresAt })
      return { token, secondsLeft: Math.floor((expiresAt - now()) / 1000) }
    },
    tenantTokenWorks: (token) => (tenantTokens.get(token)?.expiresAt ?? 0) > now(),
    withdraw(openId, tokens) {
      const ending = [
        ...(tokens === 'refresh' ? [] : accessTokens.values()),
        ...(tokens === 'access' ? [] : refreshTokens.values()),
      ]
      for (const held of ending.filter((each) => isLive(each, openId))) held.revokedAt = now()
      if (tokens === 'access') return
      for (const key of granted.keys()) if (key.endsWith(` ${openId}`)) granted.delete(key)
    },
    holdsToken: (openId) =>
      [...accessTokens.values(), ...refreshTokens.values()].some((held) => isLive(held, openId)),
    reset() {
      for (const map of [granted, codes, accessTokens, refreshTokens, tenantTokens]) map.clear()
    },
  }

  function isLive(held: AccessToken | RefreshToken, openId: string): boolean {
    return held.openId === openId && held.revokedAt === null && held.expiresAt > now()
  }
}

/** Copies what a code or token says about the person's consent. */
export function consentOf({ appId, openId, scopes, consentedAt }: Consent): Consent {
  return { appId, openId, scopes, consentedAt }
}
