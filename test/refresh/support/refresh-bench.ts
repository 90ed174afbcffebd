import { randomBytes } from 'node:crypto'
import { createApps } from '../../../src/auth/apps.ts'
import type { Around } from '../../../src/auth/around.ts'
import { type Background, createBackground } from '../../../src/auth/background.ts'
import { type AuthEvent, createAuthEvents } from '../../../src/auth/events.ts'
import type { Grant } from '../../../src/auth/grant.ts'
import type { Binding, Clock, Store, TokenReply } from '../../../src/auth/ports.ts'
import { accessTokenBinding, refreshTokenBinding } from '../../../src/auth/store-grant.ts'
import { createTokenCipher } from '../../../src/auth/token-cipher.ts'
import { createTokens, type Tokens } from '../../../src/auth/tokens.ts'
import { openStore } from '../../../src/store/open-store.ts'
import { aGrant, aSession } from '../../store/contract/samples.ts'
import { createTokenServer, type TokenServer } from './token-server.ts'
import { createVirtualTime, type VirtualTime } from './virtual-time.ts'

/** The app of these tests, and the person. */
export const APP_ID = 'cli_0123456789abcdef'
export const LIN = 'ou_lin'
const KEY = { appId: APP_ID, openId: LIN }

/** One process of an installation: its own engine, on the database of all. */
export type Instance = {
  tokens: Tokens
  background: Background
  seen: AuthEvent[]
  /** Errors of work in the background. */
  errors: unknown[]
  /** Called with each event within the flow, so that a test can act there. */
  onEvent: (event: AuthEvent) => void
  clock: Clock
}

/** The refresh engine with a real store in memory and a token endpoint of a few lines. */
export type RefreshBench = Instance & {
  time: VirtualTime
  store: Store
  server: TokenServer
  /** Another process on the same database; its clock may be off, its store in trouble, its work watched. */
  instance(options?: { skewMs?: number; store?: Store; clock?: Clock; around?: Around }): Instance
  /** A consent of this person now, that is so many seconds old. */
  consent(openId?: string, ageSeconds?: number): Promise<{ grant: Grant; reply: TokenReply }>
  grant(openId?: string): Promise<Grant>
  refreshTokenOf(grant: Grant): string
  /** Seals the stored tokens of this person anew, as a rotation of the keys does. */
  reseal(openId?: string): Promise<void>
  /** The token a caller gets, with time passing as the call needs. */
  token(instance?: Instance, minValidity?: number): Promise<string>
  /** How many events of this kind were told, in this instance. */
  count(type: AuthEvent['type'], instance?: Instance): number
  close(): Promise<void>
}

/** Creates the engine for one test. */
export async function createRefreshBench(
  trouble: (store: Store) => Store = (store) => store,
): Promise<RefreshBench> {
  const time = createVirtualTime()
  const opened = await openStore({ databaseUrl: 'file::memory:' })
  const server = createTokenServer(time)
  const cipher = createTokenCipher({ keys: [{ id: 'test', key: randomBytes(32) }] })
  const apps = createApps([
    { appId: APP_ID, brand: 'feishu', redirectUri: 'https://bot.example/cb', defaultScopes: [] },
  ])

  const instance: RefreshBench['instance'] = (options = {}) => {
    const { skewMs = 0, store = opened, clock: own, around } = options
    const clock = own ?? { ...time, now: () => new Date(time.now().getTime() + skewMs) }
    const errors: unknown[] = []
    const seen: AuthEvent[] = []
    const events = createAuthEvents((error) => {
      throw error
    })
    const background = createBackground((error) => errors.push(error))
    const tokens = createTokens({
      apps,
      store,
      cipher,
      oauth: server,
      clock,
      events,
      background,
      around,
      refreshThreshold: 0.2,
    })
    const one: Instance = { tokens, background, seen, errors, onEvent: () => {}, clock }
    events.on((event) => {
      seen.push(event)
      one.onEvent(event)
    })
    return one
  }

  const first = instance({ store: trouble(opened) })
  const bench: RefreshBench = Object.assign(first, {
    time,
    store: opened,
    server,
    instance,
    async consent(openId = LIN, ageSeconds = 0) {
      const consentedAt = new Date(time.now().getTime() - ageSeconds * 1000)
      const reply = server.issue()
      const session = aSession({ appId: APP_ID, openId, createdAt: consentedAt })
      await opened.sessions.completeGranted(time.now(), 9)
      await opened.sessions.insert(session)
      const row = aGrant(session, {
        scopes: reply.scopes,
        authorizedAt: consentedAt,
        issuedAt: consentedAt,
        accessTokenExpiresAt: new Date(consentedAt.getTime() + reply.expiresIn * 1000),
        refreshTokenExpiresAt: new Date(consentedAt.getTime() + 604_800_000),
      })
      const grant = await opened.grants.save({
        ...row,
        sealedAccessToken: cipher.seal(reply.accessToken, accessTokenBinding(row)),
        sealedRefreshToken: cipher.seal(reply.refreshToken ?? '', refreshTokenBinding(row)),
      })
      if (grant === null) throw new Error('The consent was not saved.')
      await opened.sessions.completeGranted(time.now(), 9)
      return { grant, reply }
    },
    async grant(openId = LIN) {
      const grant = await opened.grants.find(APP_ID, openId)
      if (grant === null) throw new Error('There is no grant.')
      return grant
    },
    refreshTokenOf: (grant: Grant) =>
      cipher.open(grant.sealedRefreshToken ?? '', refreshTokenBinding(grant)),
    async reseal(openId = LIN) {
      const grant = await bench.grant(openId)
      const again = (sealed: string, binding: Binding) =>
        cipher.seal(cipher.open(sealed, binding), binding)
      const pair = {
        sealedAccessToken: again(grant.sealedAccessToken, accessTokenBinding(grant)),
        sealedRefreshToken: again(grant.sealedRefreshToken ?? '', refreshTokenBinding(grant)),
      }
      await opened.grants.reseal([{ grant, pair }])
    },
    async token(from: Instance = first, minValidity?: number) {
      const found = await time.until(from.tokens.findFreshToken({ ...KEY, minValidity }))
      if (found.kind !== 'token') throw new Error(`needs the person: ${found.why}`)
      return found.token.accessToken
    },
    count: (type: AuthEvent['type'], { seen } = first) =>
      seen.filter((event) => event.type === type).length,
    async close() {
      await time.until(first.background.drain())
      await opened.close()
    },
  })
  return bench
}
