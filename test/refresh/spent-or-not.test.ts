import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FinishedReason } from '../../src/auth/refresh-outcome.ts'
import { FeishuUnavailableError } from '../../src/errors.ts'
import { APP_ID, createRefreshBench, LIN, type RefreshBench } from './support/refresh-bench.ts'
import { finished, UNREACHABLE, UPSTREAM } from './support/token-server.ts'

let bench: RefreshBench
beforeEach(async () => {
  bench = await createRefreshBench()
  await bench.consent(LIN, 7200)
})
afterEach(() => bench.close())

const KEY = { appId: APP_ID, openId: LIN }
const find = () => bench.time.until(bench.tokens.findFreshToken(KEY))

describe('a refresh token that Feishu refuses', () => {
  it.each<[FinishedReason, FinishedReason]>([
    ['reused', 'lost_rotation'],
    ['revoked', 'lost_rotation'],
    ['invalid', 'lost_rotation'],
    ['expired', 'expired'],
    ['user_status', 'user_status'],
  ])('as %s, after trouble that may have spent it, is %s', async (reason, why) => {
    bench.server.plans = [{ refused: UPSTREAM }, { refused: finished(reason) }]
    expect(await find()).toMatchObject({ why })
  })

  it('after a try that did not reach it was not spent by us', async () => {
    bench.server.plans = [{ refused: UNREACHABLE }, { refused: finished('reused') }]
    expect(await find()).toMatchObject({ why: 'reused' })
  })

  it('is not refused for a person who has consented meanwhile, and that is told', async () => {
    bench.server.plans = [
      { before: async () => void (await bench.consent()), refused: finished('reused') },
    ]
    expect(await find()).toMatchObject({ kind: 'token' })
    expect(bench.seen.filter(({ type }) => type === 'refresh_shared')).toEqual([
      { type: 'refresh_shared', appId: APP_ID, how: 'adopted_after_error' },
    ])
  })

  it('is nobody else’s to share where the person has withdrawn meanwhile', async () => {
    bench.server.plans = [
      {
        before: async () => void (await bench.store.grants.delete(KEY)),
        refused: finished('reused'),
      },
    ]
    expect(await find()).toMatchObject({ why: 'never_authorized' })
    expect(bench.count('refresh_shared')).toBe(0)
    expect(bench.count('grant_finished')).toBe(0)
  })
})

it('the pause after setbacks in a row doubles, up to a quarter of an hour and a tenth', async () => {
  const error = new FeishuUnavailableError('upstream_5xx')
  bench.server.always = {
    refused: { kind: 'setback', reason: 'drift', error, retryAfterSeconds: null },
  }
  for (const seconds of [30, 60, 120, 240, 480, 900, 900]) {
    await expect(find()).rejects.toMatchObject({ code: 'token_refresh_failed' })
    const { coolUntil } = (await bench.store.upkeeps.find(KEY)) ?? {}
    const pause = (coolUntil?.getTime() ?? 0) - bench.time.now().getTime()
    expect(pause).toBeGreaterThanOrEqual(seconds * 1000)
    expect(pause).toBeLessThanOrEqual(Math.ceil(seconds * 1.1) * 1000)
    await bench.time.pass(pause)
  }
})
