import { describe, expect, it } from 'vitest'
import { createApps } from '../../src/auth/apps.ts'
import { createBackground } from '../../src/auth/background.ts'
import { createFindFreshToken, type TokenRequest } from '../../src/auth/fresh-token.ts'
import type { GrantStore, SessionStore } from '../../src/auth/ports.ts'
import type { RefreshResult } from '../../src/auth/refresh-grant-result.ts'
import type { FinishedReason, SetbackReason } from '../../src/auth/refresh-outcome.ts'
import { createRefreshSchedule } from '../../src/auth/refresh-schedule.ts'
import { createUnsavedPairs } from '../../src/auth/unsaved-pairs.ts'
import type { UpkeepStore } from '../../src/auth/upkeep.ts'
import {
  AppMisconfiguredError,
  type CardAuthError,
  FeishuUnavailableError,
} from '../../src/errors.ts'
import { aGrant, aSession, inSeconds } from '../store/contract/samples.ts'
import { APP, LIN } from '../support/domain.ts'
import { createFakeClock } from '../support/fake-clock.ts'

const KEY = { appId: APP.appId, openId: LIN.openId }
const OVER = -1

/** What a caller gets whose stored token lives for so many seconds more, when the refresh comes to this. */
async function get(result: RefreshResult, left: number, request: Partial<TokenRequest> = {}) {
  const clock = createFakeClock()
  const accessTokenExpiresAt = new Date(clock.now().getTime() + left * 1000)
  const grant = {
    ...aGrant(aSession(KEY), { accessTokenExpiresAt, scopes: ['a', 'b'] }),
    version: 1,
  }
  const findGrant: GrantStore['find'] = async () => grant
  const findSession: SessionStore['find'] = async () => null
  const findUpkeep: UpkeepStore['find'] = async () => null
  const find = createFindFreshToken({
    apps: createApps([APP]),
    store: {
      grants: { find: findGrant } as GrantStore,
      sessions: { find: findSession } as SessionStore,
      upkeeps: { find: findUpkeep } as UpkeepStore,
    },
    clock,
    schedule: { ...createRefreshSchedule(0.1), isDue: () => true },
    refreshGrant: async () => result,
    unsaved: createUnsavedPairs({ clock, background: createBackground(() => {}) }),
    readToken: () => ({
      ...KEY,
      accessToken: 'u-old',
      expiresAt: accessTokenExpiresAt,
      scopes: [],
    }),
    useNotes: { take: () => {} },
  })
  return find({ openId: LIN.openId, ...request }).catch((error: unknown) => error)
}

const OLD = { kind: 'token', how: 'kept', token: { accessToken: 'u-old' } }

describe('a setback', () => {
  const error = new FeishuUnavailableError('network')
  const setback = (reason: SetbackReason): RefreshResult => ({
    kind: 'setback',
    reason,
    error,
    retryAfterSeconds: 40,
  })

  it.each<[SetbackReason, object]>([
    ['upstream', { code: 'feishu_unavailable', reason: 'upstream_5xx', cause: error }],
    ['timeout', { code: 'feishu_unavailable', reason: 'upstream_timeout', cause: error }],
    ['network', { code: 'feishu_unavailable', reason: 'network', cause: error }],
    ['rate_limited', { code: 'feishu_unavailable', reason: 'rate_limited', cause: error }],
    ['drift', { code: 'token_refresh_failed', reason: 'drift', cause: error }],
    ['lease_timeout', { code: 'token_refresh_failed', reason: 'lease_timeout', cause: error }],
    ['ambiguous', { code: 'token_refresh_failed', reason: 'ambiguous', cause: error }],
    ['persist_failed', { code: 'token_refresh_failed', reason: 'persist_failed', cause: error }],
    ['internal', { code: 'token_refresh_failed', reason: 'internal', cause: error }],
  ])('for %s is told to who has no other token, and kept from who has', async (reason, told) => {
    expect(await get(setback(reason), OVER)).toMatchObject({ ...told, retryAfterSeconds: 40 })
    expect(await get(setback(reason), 60)).toMatchObject(OLD)
    expect(await get(setback(reason), 7200, { forceRefresh: true })).toMatchObject(told)
  })

  it.each(['policy', 'config'] as const)('for %s is told as Feishu has said it', async (reason) => {
    const refused = new AppMisconfiguredError('app_disabled', 'It is off.')
    const said = (error: CardAuthError | null): RefreshResult => ({
      kind: 'setback',
      reason,
      error,
      retryAfterSeconds: 40,
    })
    expect(await get(said(refused), OVER)).toBe(refused)
    expect(await get(said(null), OVER)).toMatchObject({
      code: 'token_refresh_failed',
      reason,
      retryAfterSeconds: 40,
    })
  })
})

describe('the end of a grant', () => {
  const finished = (reason: FinishedReason): RefreshResult => ({ kind: 'finished', reason })

  it.each<[FinishedReason, boolean]>([
    ['expired', true],
    ['reused', true],
    ['invalid', true],
    ['lost_rotation', true],
    ['no_refresh_token', true],
    ['revoked', false],
    ['user_status', false],
  ])('as %s leaves the old token to its own end: %s', async (reason, isKept) => {
    const over = { kind: 'needs_person', why: reason, lost: ['a', 'b'], mayRefresh: true }
    expect(await get(finished(reason), 60)).toMatchObject(isKept ? OLD : over)
    expect(await get(finished(reason), OVER, { scopes: ['a'] })).toMatchObject({
      ...over,
      missingScopes: ['a'],
    })
  })

  it('comes with advice where nothing could refresh it, and with none elsewhere', async () => {
    expect(await get(finished('no_refresh_token'), OVER)).toMatchObject({
      advice: expect.stringContaining('offline_access was not granted'),
    })
    expect(await get(finished('expired'), OVER)).toMatchObject({ advice: null })
  })

  it('by its deletion asks for everything anew', async () => {
    expect(await get({ kind: 'missing' }, 60, { scopes: ['a'] })).toMatchObject({
      why: 'never_authorized',
      missingScopes: ['a'],
      lost: [],
    })
  })
})

describe('a token that came of it', () => {
  const fresh = (how: 'refreshed' | 'adopted' | 'unsaved', expiresAt: Date): RefreshResult => ({
    kind: 'fresh',
    token: { ...KEY, accessToken: 'u-new', expiresAt, scopes: ['a'] },
    how,
  })
  const LONG = inSeconds(7200)
  const NEW = { kind: 'token', how: 'refreshed', token: { accessToken: 'u-new' } }

  it.each(['refreshed', 'adopted', 'unsaved'] as const)('is handed out (%s)', async (how) => {
    expect(await get(fresh(how, LONG), OVER, { scopes: ['a'] })).toMatchObject(NEW)
  })

  it('is handed out however short it lives, to who asks for no time', async () => {
    expect(await get(fresh('refreshed', inSeconds(1)), OVER)).toMatchObject(NEW)
  })

  it.each([
    ['refreshed', 'short_lived'],
    ['adopted', 'short_lived'],
    ['unsaved', 'persist_failed'],
  ] as const)('and lives too short is told as what it is (%s)', async (how, reason) => {
    const short = fresh(how, inSeconds(100))
    expect(await get(short, OVER, { minValidity: 600 })).toMatchObject({
      code: 'token_refresh_failed',
      reason,
      retryAfterSeconds: 1,
    })
  })

  it('and lacks a scope is no answer to who needs it', async () => {
    expect(await get(fresh('refreshed', LONG), OVER, { scopes: ['a', 'b'] })).toMatchObject({
      kind: 'needs_person',
      why: 'scopes_missing',
      missingScopes: ['b'],
      lost: [],
    })
  })
})
