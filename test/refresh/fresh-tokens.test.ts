import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TokenRequest } from '../../src/auth/fresh-token.ts'
import type { RefreshReply, SetbackReason } from '../../src/auth/refresh-outcome.ts'
import { AppMisconfiguredError, FeishuUnavailableError } from '../../src/errors.ts'
import { APP_ID, createRefreshBench, LIN, type RefreshBench } from './support/refresh-bench.ts'
import { APP_WIDE, finished } from './support/token-server.ts'

let bench: RefreshBench
beforeEach(async () => {
  bench = await createRefreshBench()
})
afterEach(() => bench.close())

const ask = (request: Partial<TokenRequest> = {}) =>
  bench.time.until(
    bench.tokens.findFreshToken({ openId: LIN, ...request }).catch((error: unknown) => error),
  )

describe('who needs a token', () => {
  it('of somebody who never authorized needs them, for all that is asked', async () => {
    expect(await ask({ scopes: ['a'] })).toMatchObject({
      kind: 'needs_person',
      appId: APP_ID,
      why: 'never_authorized',
      missingScopes: ['a'],
      mayRefresh: false,
    })
  })

  it('with more than was granted needs the person, for what is new alone', async () => {
    await bench.consent()
    expect(await ask({ scopes: ['offline_access', 'a', 'b'] })).toMatchObject({
      why: 'scopes_missing',
      missingScopes: ['a', 'b'],
      mayRefresh: true,
    })
    expect(await ask({ scopes: ['offline_access'] })).toMatchObject({ kind: 'token' })
    expect(bench.server.posts).toEqual([])
  })

  it('with a scope that the refresh has lost needs the person', async () => {
    await bench.consent(LIN, 7200)
    const issue = bench.server.issue
    bench.server.issue = () => ({ ...issue(), scopes: ['other'] })
    expect(await ask({ scopes: ['offline_access'] })).toMatchObject({
      why: 'scopes_missing',
      missingScopes: ['offline_access'],
    })
  })

  it('whose grant is finished is told for what to ask', async () => {
    await bench.consent(LIN, 7200)
    bench.server.plans = [{ refused: finished('reused') }]
    expect(await ask({ scopes: ['offline_access'] })).toMatchObject({
      why: 'reused',
      missingScopes: ['offline_access'],
      mayRefresh: true,
    })
  })

  it('whose grant is finished keeps the token that still works', async () => {
    await bench.consent(LIN, 6000)
    bench.server.plans = [{ refused: finished('reused') }]
    expect(await ask()).toMatchObject({ kind: 'token', how: 'kept' })
  })

  it.each([
    [{ minValidity: 3600 }, 3600, 0],
    [{ minValidity: 3601 }, 3600, 1],
    [{ forceRefresh: true }, 7200, 1],
  ])(
    'and asks %j of a token that lives %i s longer makes %i refreshes',
    async (request, left, posts) => {
      await bench.consent(LIN, 7200 - left)
      const how = posts === 0 ? 'stored' : 'refreshed'
      expect(await ask(request)).toMatchObject({ kind: 'token', how })
      expect(bench.server.posts).toHaveLength(posts)
    },
  )

  it('gets a stored one while there is trouble, only if it lives for a minute more', async () => {
    bench.server.always = { refused: APP_WIDE }
    await bench.consent(LIN, 7200 - 60)
    expect(await ask()).toMatchObject({ kind: 'token', how: 'kept' })
    await bench.time.pass(1)
    expect(await ask()).toBeInstanceOf(AppMisconfiguredError)
  })

  it('and insists gets no stored one while there is trouble', async () => {
    await bench.consent()
    bench.server.always = { refused: APP_WIDE }
    expect(await ask({ forceRefresh: true })).toBeInstanceOf(AppMisconfiguredError)
    bench.server.always = {}
    expect(await ask()).toMatchObject({ kind: 'token' })
  })

  it('and insists gets no stored one of a grant that is finished', async () => {
    await bench.consent()
    bench.server.plans = [{ refused: finished('expired') }]
    expect(await ask({ forceRefresh: true })).toMatchObject({ why: 'expired' })
    expect(await ask()).toMatchObject({ kind: 'token' })
  })
})

describe('a token that lives shorter than a caller needs', () => {
  const soonOver = (age: number) => ({ after: async () => void (await bench.consent(LIN, age)) })

  it('is refreshed where it came with a consent in between', async () => {
    await bench.consent(LIN, 7200)
    bench.server.plans = [soonOver(7000)]
    expect(await ask({ minValidity: 3600 })).toMatchObject({ kind: 'token', how: 'refreshed' })
    expect(bench.server.posts).toHaveLength(2)
  })

  it('is no reason to go on for ever', async () => {
    await bench.consent(LIN, 7200)
    bench.server.plans = [soonOver(7000), soonOver(6900)]
    expect(await ask({ minValidity: 3600 })).toMatchObject({ reason: 'short_lived' })
    expect(bench.server.posts).toHaveLength(2)
  })

  it('is not refreshed again where Feishu gives no longer ones', async () => {
    await bench.consent(LIN, 7200)
    bench.server.expiresIn = 600
    expect(await ask({ minValidity: 3600 })).toMatchObject({ reason: 'short_lived' })
    expect(bench.server.posts).toHaveLength(1)
  })
})

describe('a setback, to who has no other token', () => {
  const error = new FeishuUnavailableError('upstream_5xx')
  it.each<[SetbackReason, object]>([
    ['upstream', { code: 'feishu_unavailable', reason: 'upstream_5xx', cause: error }],
    ['drift', { code: 'token_refresh_failed', reason: 'drift', cause: error }],
  ])('for %s is told with its cause, and when to come back', async (reason, expected) => {
    await bench.consent(LIN, 7200)
    const refused: RefreshReply = { kind: 'setback', reason, error, retryAfterSeconds: 40 }
    bench.server.always = { refused }
    expect(await ask()).toMatchObject({ ...expected, retryAfterSeconds: 40 })
  })

  it('for the whole app is the same for as long as its pause lasts', async () => {
    await bench.consent(LIN, 7200)
    bench.server.plans = [{ refused: APP_WIDE }]
    const first = await ask()
    expect(first).toBeInstanceOf(AppMisconfiguredError)
    expect(await ask()).toBe(first)
    expect(bench.server.posts).toHaveLength(1)
    // Another process has not heard it from Feishu, and does not ask before the pause is over.
    const told = bench.instance().tokens.findFreshToken({ openId: LIN })
    await expect(bench.time.until(told)).rejects.toMatchObject({
      code: 'token_refresh_failed',
      reason: 'config',
    })
    expect(bench.server.posts).toHaveLength(1)
  })

  it('for a policy is what Feishu has said, also during the pause', async () => {
    await bench.consent(LIN, 7200)
    bench.server.plans = [
      { refused: { kind: 'setback', reason: 'policy', error, retryAfterSeconds: 40 } },
    ]
    expect(await ask()).toBe(error)
    // It may tell the person where they can pass a check.
    expect(await ask()).toBe(error)
    // Another process has not heard it.
    const told = bench.instance().tokens.findFreshToken({ openId: LIN })
    await expect(bench.time.until(told)).rejects.toMatchObject({
      code: 'token_refresh_failed',
      reason: 'policy',
      retryAfterSeconds: 40,
    })
    expect(bench.server.posts).toHaveLength(1)
  })

  it('for a policy is of that person alone, and of their last try', async () => {
    await bench.consent(LIN, 7200)
    await bench.consent('ou_alex', 7200)
    const policy = { kind: 'setback', reason: 'policy', error, retryAfterSeconds: 40 } as const
    const other = new FeishuUnavailableError('network')
    bench.server.plans = [
      { refused: policy },
      { refused: { ...policy, error: other } },
      { refused: { ...policy, reason: 'drift' } },
    ]
    const alex = () => ask({ openId: 'ou_alex' })
    expect(await ask()).toBe(error)
    expect(await alex()).toBe(other)
    expect(await ask()).toBe(error)
    await bench.time.pass(41_000)
    expect(await ask()).toMatchObject({ reason: 'drift', cause: error })
    expect(await ask()).toMatchObject({ reason: 'drift', cause: null })
  })
})
