import { expect, it } from 'vitest'
import { createApps } from '../../src/auth/apps.ts'
import { createAuthEvents } from '../../src/auth/events.ts'
import type { FreshToken, NeedReason } from '../../src/auth/fresh-token.ts'
import { createTellTokenRequest, type TokenRequestNotes } from '../../src/auth/token-requests.ts'
import {
  AuthorizationExpiredError,
  AuthorizationRejectedError,
  AuthorizationRequiredError,
  FeishuUnavailableError,
  InsufficientScopeError,
  StoreUnavailableError,
} from '../../src/errors.ts'
import { APP } from '../support/domain.ts'

const lin = { appId: APP.appId, openId: 'ou_lin' }

type Work = (notes: TokenRequestNotes) => void

const token = (how: 'stored' | 'kept' | 'refreshed'): FreshToken => ({
  kind: 'token',
  how,
  token: {
    accessToken: 'u-only-a-test',
    expiresAt: new Date(0),
    scopes: [],
    openId: 'ou_lin',
    appId: APP.appId,
  },
})

const needs = (why: NeedReason): FreshToken => ({
  kind: 'needs_person',
  appId: APP.appId,
  why,
  missingScopes: [],
  advice: null,
  mayRefresh: false,
  lost: [],
})

function fail(error: Error): never {
  throw error
}

/** What is told of a request that takes a quarter of a second. */
async function toldOf(work: Work, appId?: string): Promise<unknown[]> {
  const told: unknown[] = []
  const events = createAuthEvents((error) => {
    throw error
  })
  events.on((event) => told.push(event))
  let now = 1000
  const tell = createTellTokenRequest({
    apps: createApps([APP]),
    events,
    nowMilliseconds: () => now,
  })
  await tell(appId, async (notes) => {
    now += 250
    work(notes)
  }).catch(() => {})
  return told
}

it.each<[string, Work, string, string]>([
  ['is answered from the database', (notes) => notes.found(token('stored')), 'hot', 'hit'],
  ['is refreshed', (notes) => notes.found(token('refreshed')), 'refresh', 'refreshed'],
  ['keeps its old token for now', (notes) => notes.found(token('kept')), 'refresh', 'hit'],
  ['is for nobody known', (notes) => notes.found(needs('never_authorized')), 'hot', 'needs_auth'],
  ['is for more', (notes) => notes.found(needs('scopes_missing')), 'hot', 'needs_auth'],
  ['comes after the end', (notes) => notes.found(needs('expired')), 'refresh', 'needs_auth'],
  [
    'waits for the person, who agrees',
    (notes) => {
      notes.found(needs('never_authorized'))
      notes.waited()
      notes.found(token('stored'))
    },
    'wait',
    'hit',
  ],
  [
    'waits in vain',
    (notes) => {
      notes.found(needs('never_authorized'))
      notes.waited()
      fail(new AuthorizationExpiredError('The request ended.'))
    },
    'wait',
    'needs_auth',
  ],
  [
    'waits, and then meets Feishu away',
    (notes) => {
      notes.found(needs('never_authorized'))
      notes.waited()
      fail(new FeishuUnavailableError('upstream_5xx'))
    },
    'wait',
    'transient',
  ],
  ['is refused', () => fail(new AuthorizationRejectedError()), 'hot', 'needs_auth'],
  [
    'needs the person',
    () => fail(new AuthorizationRequiredError({ ...lin, missingScopes: [], why: 'A card waits.' })),
    'hot',
    'needs_auth',
  ],
  ['gets too little', () => fail(new InsufficientScopeError(['a'])), 'hot', 'needs_auth'],
  [
    'meets a database that is away',
    () => fail(new StoreUnavailableError('grants.find', new Error('disk'))),
    'hot',
    'transient',
  ],
  [
    'meets Feishu away',
    () => fail(new FeishuUnavailableError('upstream_5xx')),
    'refresh',
    'transient',
  ],
])('a request that %s is told as %s, %s', async (_name, work, path, outcome) => {
  expect(await toldOf(work)).toEqual([
    { type: 'token_asked', appId: APP.appId, path, outcome, seconds: 0.25 },
  ])
})

it('a request for an app that is not configured is nobody’s', async () => {
  expect(await toldOf(() => {}, 'cli_nobody')).toEqual([])
})
