import { randomBytes } from 'node:crypto'
import type { Clock, OAuthClient, TokenReply } from '../../../src/auth/ports.ts'
import type { FinishedReason, RefreshReply } from '../../../src/auth/refresh-outcome.ts'
import { AppMisconfiguredError, FeishuUnavailableError } from '../../../src/errors.ts'

/** What becomes of one POST of a refresh token. */
export type Plan = {
  /** Waited for before Feishu looks at the token. */
  before?: () => Promise<void>
  /** Answered although the token was not looked at. */
  refused?: RefreshReply
  /** Waited for after the token was spent, before the answer. */
  after?: () => Promise<void>
  /** Answered in place of the new pair, which nobody ever sees. */
  lost?: RefreshReply
}

/** The token endpoint of Feishu in a few lines: refresh tokens are single use. */
export type TokenServer = OAuthClient & {
  /** Issues a pair, as a consent does. */
  issue(): TokenReply
  /** Every refresh token presented so far. */
  posts: { at: number; refreshToken: string; verdict: 'spent' | 'reused' | 'refused' }[]
  /** How often a token came that was spent before. */
  reuses(): number
  /** What becomes of the next POSTs, one each; later ones are answered as they should be. */
  plans: Plan[]
  /** What becomes of every POST without a plan of its own. */
  always: Plan
  /** Tells whether Feishu would still take this refresh token. */
  honours(refreshToken: string): boolean
  revoked: string[]
  expiresIn: number
}

const ERROR = new FeishuUnavailableError('upstream_timeout')

/** The request left, and nobody knows more. */
export const AMBIGUOUS: RefreshReply = { kind: 'ambiguous', error: ERROR }
/** Feishu answers 20050. */
export const UPSTREAM: RefreshReply = {
  kind: 'setback',
  reason: 'upstream',
  error: ERROR,
  retryAfterSeconds: null,
}
/** Nobody listens at Feishu's address. */
export const UNREACHABLE: RefreshReply = { ...UPSTREAM, reason: 'network' }
/** The app's secret is wrong. */
export const APP_WIDE: RefreshReply = {
  kind: 'app_wide',
  error: new AppMisconfiguredError('bad_client', 'The secret is wrong.'),
}
/** Feishu takes this token no more. */
export const finished = (reason: FinishedReason): RefreshReply => ({
  kind: 'finished',
  reason,
  error: ERROR,
})

/** Creates the server. */
export function createTokenServer(clock: Clock): TokenServer {
  const live = new Set<string>()
  const server: TokenServer = {
    issue() {
      const refreshToken = `eyJ-refresh-${randomBytes(8).toString('hex')}`
      live.add(refreshToken)
      return {
        accessToken: `eyJ-access-${randomBytes(8).toString('hex')}`,
        expiresIn: server.expiresIn,
        refreshToken,
        refreshTokenExpiresIn: 604_800,
        scopes: ['offline_access'],
      }
    },
    posts: [],
    reuses: () => server.posts.filter(({ verdict }) => verdict === 'reused').length,
    plans: [],
    always: {},
    honours: (refreshToken) => live.has(refreshToken),
    revoked: [],
    expiresIn: 7200,
    async refresh({ refreshToken }) {
      const plan = server.plans.shift() ?? server.always
      const verdict = plan.refused ? 'refused' : live.has(refreshToken) ? 'spent' : 'reused'
      const post = { at: clock.now().getTime(), refreshToken, verdict } as const
      const seen: TokenServer['posts'][number] = { ...post }
      server.posts.push(seen)
      await plan.before?.()
      if (plan.refused) return plan.refused
      seen.verdict = live.delete(refreshToken) ? 'spent' : 'reused'
      if (seen.verdict === 'reused') return plan.lost ?? finished('reused')
      const reply = server.issue()
      await plan.after?.()
      return plan.lost ?? { kind: 'tokens', reply }
    },
    authorizeUrl: () => new URL('https://accounts.example/authorize'),
    exchangeCode: () => Promise.reject(new TypeError('Nobody exchanges a code here.')),
    fetchTokenOwner: () => Promise.reject(new TypeError('Nobody asks whose token it is here.')),
    async revokeAccessToken(_appId, token) {
      server.revoked.push(token)
    },
    async revokeRefreshToken(_appId, token) {
      live.delete(token)
      server.revoked.push(token)
    },
  }
  return server
}
