import { randomBytes } from 'node:crypto'
import type { Around } from '../../src/auth/around.ts'
import type { AheadSettings } from '../../src/auth/ask-ahead.ts'
import { type Auth, createAuth } from '../../src/auth/auth.ts'
import { type Background, createBackground } from '../../src/auth/background.ts'
import type { CardLimits } from '../../src/auth/card-limits.ts'
import { type AuthEvent, type AuthEvents, createAuthEvents } from '../../src/auth/events.ts'
import { hashSecret } from '../../src/auth/one-time-secret.ts'
import type {
  AppSettings,
  CardMessenger,
  OAuthClient,
  Store,
  TokenOwner,
  TokenReply,
} from '../../src/auth/ports.ts'
import type { RefreshReply } from '../../src/auth/refresh-outcome.ts'
import type { CardLook } from '../../src/auth/session.ts'
import { createTokenCipher } from '../../src/auth/token-cipher.ts'
import {
  AuthorizationCodeUsedError,
  FeishuUnavailableError,
  PkceFailedError,
} from '../../src/errors.ts'
import { openStore } from '../../src/store/open-store.ts'
import { createFakeClock, type FakeClock } from './fake-clock.ts'

/** The app of the domain tests. */
export const APP: AppSettings = {
  appId: 'cli_0123456789abcdef',
  brand: 'feishu',
  redirectUri: 'https://bot.example/auth-bot/callback',
  defaultScopes: ['offline_access'],
}

/** The person asked, and somebody else. */
export const LIN = { openId: 'ou_lin', tenantKey: 'tenant-1', name: 'Lin' }
export const ALEX = { openId: 'ou_alex', tenantKey: 'tenant-1', name: 'Alex' }

/** A messenger that remembers what every card shows, and fails when told to. */
export type FakeMessenger = CardMessenger & {
  cards: Map<string, { look: CardLook; sessionId: string; link: string }>
  sends: number
  updates: number
  /** Thrown by the next calls, one each. */
  failures: unknown[]
}

/** An OAuth server of a few lines: codes are single use, and PKCE is checked. */
export type FakeOAuth = OAuthClient & {
  /** Issues a code for a person who consents on this authorize page. */
  consent(authorizeUrl: URL, who: { openId: string; tenantKey: string; name: string }): string
  exchanges: number
  /** What the answers to exchanges say, where it differs from the usual. */
  reply: Partial<TokenReply>
  revoked: string[]
  /** Thrown by the next revocations of either kind, one each. */
  revokeFailures: unknown[]
  /** What the answers to refreshes are; a setback unless told. */
  refreshed: RefreshReply[]
  /** Thrown by the next exchanges, one each. */
  failures: unknown[]
  /** Called before an exchange is answered; lets a test act in between. */
  beforeAnswer: () => Promise<void>
}

/** The domain with a real store in memory and fakes for Feishu. */
export type Domain = {
  auth: Auth
  /** Its methods are bound when first read, so a test that wants another one hands it in as `overrides.store`. */
  store: AsOpened<Store>
  clock: FakeClock
  messenger: FakeMessenger
  oauth: FakeOAuth
  events: AuthEvents
  seen: AuthEvent[]
  background: Background
  /** Opens the link on a session's card, as a browser would. */
  tap(
    sessionId: string,
    browserSecret?: string,
  ): Promise<{ url: URL; state: string; browserSecret: string }>
  /** Opens the link on a session's card, consents at Feishu and comes back. */
  agree(sessionId: string, who?: TokenOwner): ReturnType<Auth['completeAuthorization']>
  close(): Promise<void>
}

type AsOpened<Part> = {
  readonly [Name in keyof Part]: Part[Name] extends (...args: never[]) => unknown
    ? Part[Name]
    : AsOpened<Part[Name]>
}

/** Creates the domain for one test. */
export async function createDomain(
  overrides: Partial<{
    store: (real: Store) => Store
    apps: AppSettings[]
    sessionSeconds: number
    cardLimits: Partial<CardLimits>
    apiKey: () => string | null
    ahead: AheadSettings
    around: Around
  }> = {},
): Promise<Domain> {
  const clock = createFakeClock()
  const opened = await openStore({ databaseUrl: 'file::memory:' })
  const store = overrides.store?.(opened) ?? opened
  const seen: AuthEvent[] = []
  const raise = (error: unknown) => {
    throw error
  }
  const events = createAuthEvents(raise)
  events.on((event) => seen.push(event))
  const background = createBackground(raise)
  const messenger = createFakeMessenger()
  const oauth = createFakeOAuth()
  const cipher = createTokenCipher({ keys: [{ id: 'test', key: randomBytes(32) }] })
  const auth = createAuth({
    apps: overrides.apps ?? [APP],
    store,
    cipher,
    messenger,
    oauth,
    clock,
    events,
    background,
    refreshThreshold: 0.1,
    sessionSeconds: overrides.sessionSeconds ?? 600,
    ahead: overrides.ahead,
    retentionDays: 30,
    cardLimits: overrides.cardLimits,
    apiKey: overrides.apiKey,
    around: overrides.around,
  })
  const tap: Domain['tap'] = async (sessionId, browserSecret) => {
    const session = await auth.readSession(sessionId)
    const ticket = auth.tickets.link(session).split('/').at(-1)
    const opened = await auth.openLink({ ticket, browserSecret })
    if (opened.kind !== 'redirect') throw new Error(`the link answered ${opened.kind}`)
    const state = opened.authorizeUrl.searchParams.get('state') ?? ''
    return { url: opened.authorizeUrl, state, browserSecret: opened.browserSecret }
  }
  return {
    auth,
    store,
    clock,
    messenger,
    oauth,
    events,
    seen,
    background,
    tap,
    async agree(sessionId, who = LIN) {
      const { url, state, browserSecret } = await tap(sessionId)
      const code = oauth.consent(url, who)
      return auth.completeAuthorization({ kind: 'code', code, state, browserSecret })
    },
    async close() {
      await background.drain()
      await opened.close()
    },
  }
}

function createFakeMessenger(): FakeMessenger {
  const fake: FakeMessenger = {
    cards: new Map(),
    sends: 0,
    updates: 0,
    failures: [],
    async sendCard(session, link) {
      failIfTold(fake.failures)
      fake.sends++
      const messageId = `om_${fake.sends}`
      fake.cards.set(messageId, { look: session.card.wants, sessionId: session.id, link })
      return { messageId }
    },
    async updateCard(session, messageId, link) {
      failIfTold(fake.failures)
      fake.updates++
      fake.cards.set(messageId, { look: session.card.wants, sessionId: session.id, link })
    },
  }
  return fake
}

function createFakeOAuth(): FakeOAuth {
  const codes = new Map<string, { challenge: string; who: typeof LIN; scopes: string[] }>()
  const owners = new Map<string, typeof LIN>()
  const fake: FakeOAuth = {
    exchanges: 0,
    reply: {},
    revoked: [],
    revokeFailures: [],
    refreshed: [],
    failures: [],
    beforeAnswer: async () => {},
    authorizeUrl({ appId, scopes, state, codeChallenge }) {
      const url = new URL('https://accounts.example/authorize')
      const query = { client_id: appId, scope: scopes.join(' '), state, challenge: codeChallenge }
      url.search = new URLSearchParams(query).toString()
      return url
    },
    consent(url, who) {
      const code = randomBytes(16).toString('hex')
      const scopes = (url.searchParams.get('scope') ?? '').split(' ')
      codes.set(code, { challenge: url.searchParams.get('challenge') ?? '', who, scopes })
      return code
    },
    async exchangeCode({ code, codeVerifier }): Promise<TokenReply> {
      failIfTold(fake.failures)
      fake.exchanges++
      const issued = codes.get(code)
      codes.delete(code)
      if (!issued) throw new AuthorizationCodeUsedError()
      if (issued.challenge !== hashSecret(codeVerifier)) throw new PkceFailedError()
      await fake.beforeAnswer()
      const accessToken = `eyJ-access-${randomBytes(8).toString('hex')}`
      owners.set(accessToken, issued.who)
      return {
        accessToken,
        expiresIn: 7200,
        refreshToken: `eyJ-refresh-${randomBytes(8).toString('hex')}`,
        refreshTokenExpiresIn: 604_800,
        scopes: issued.scopes,
        ...fake.reply,
      }
    },
    async fetchTokenOwner(_appId, accessToken) {
      const owner = owners.get(accessToken)
      if (!owner) throw new Error('unknown token')
      return owner
    },
    async refresh() {
      const told = fake.refreshed.shift()
      if (told) return told
      const error = new FeishuUnavailableError('upstream_5xx')
      return { kind: 'setback', reason: 'internal', error, retryAfterSeconds: null }
    },
    async revokeAccessToken(_appId, accessToken) {
      failIfTold(fake.revokeFailures)
      fake.revoked.push(accessToken)
    },
    async revokeRefreshToken(_appId, refreshToken) {
      failIfTold(fake.revokeFailures)
      fake.revoked.push(refreshToken)
    },
  }
  return fake
}

function failIfTold(failures: unknown[]): void {
  if (failures.length > 0) throw failures.shift()
}
