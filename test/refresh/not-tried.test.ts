import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FeishuUnavailableError, TokenUnreadableError } from '../../src/errors.ts'
import {
  APP_ID,
  createRefreshBench,
  type Instance,
  LIN,
  type RefreshBench,
} from './support/refresh-bench.ts'
import { AMBIGUOUS, APP_WIDE, finished, UPSTREAM } from './support/token-server.ts'
import { createTroubledStore } from './support/troubled-store.ts'

let bench: RefreshBench
beforeEach(async () => {
  bench = await createRefreshBench()
  await bench.consent(LIN, 7200)
})
afterEach(() => bench.close())

const KEY = { appId: APP_ID, openId: LIN }
const find = ({ tokens }: Pick<Instance, 'tokens'> = bench, openId = LIN) =>
  bench.time.until(
    tokens.findFreshToken({ appId: APP_ID, openId }).catch((error: unknown) => error),
  )
const ends = ({ seen }: Pick<Instance, 'seen'> = bench) =>
  seen.filter((event) => event.type === 'refresh_ended')

async function readTwentyTimes(openId = LIN) {
  bench.seen.length = 0
  const posts = bench.server.posts.length
  for (let read = 0; read < 20; read++) await find(bench, openId)
  expect(bench.server.posts).toHaveLength(posts)
  return new Set(ends().map(({ decision }) => decision))
}

describe('a result that was only looked up is no failure', () => {
  it.each(['revoked', 'expired', 'reused', 'user_status'] as const)(
    'of a grant that ended as %s',
    async (reason) => {
      bench.server.plans = [{ refused: finished(reason) }]
      await find()
      expect(ends()).toMatchObject([{ decision: 'failure' }])
      expect(await readTwentyTimes()).toEqual(new Set(['not_tried']))
    },
  )

  it('of a pause after a setback', async () => {
    bench.server.always = { refused: UPSTREAM }
    await find()
    expect(await readTwentyTimes()).toEqual(new Set(['not_tried']))
  })

  it('of an app whose refreshes are stopped', async () => {
    await bench.consent('ou_alex', 7200)
    bench.server.plans = [{ refused: APP_WIDE }]
    await find()
    expect(await readTwentyTimes('ou_alex')).toEqual(new Set(['not_tried']))
  })

  it('of a rate limit that others have met', async () => {
    await bench.consent('ou_alex', 7200)
    const error = new FeishuUnavailableError('rate_limited')
    const limited = {
      kind: 'setback',
      reason: 'rate_limited',
      error,
      retryAfterSeconds: 60,
    } as const
    bench.server.plans = [{ refused: limited }]
    await find()
    expect(await readTwentyTimes('ou_alex')).toEqual(new Set(['not_tried']))
  })

  it('of a token that may be spent, while its first POST can be on its way', async () => {
    bench.server.plans = [{ refused: AMBIGUOUS }]
    await find()
    bench.seen.length = 0
    const insists = bench.tokens.findFreshToken({ ...KEY, forceRefresh: true })
    await expect(bench.time.until(insists)).rejects.toMatchObject({ reason: 'ambiguous' })
    expect(ends()).toMatchObject([{ decision: 'not_tried' }])
  })
})

describe('a refresh that throws is a failure', () => {
  it('where its token cannot be opened', async () => {
    const { grant } = await bench.consent(LIN, 7200)
    await bench.store.grants.rotate(2, { ...grant, sealedRefreshToken: 'other.AAAA.BBBB.CCCC' })
    expect(await find()).toBeInstanceOf(TokenUnreadableError)
    expect(ends()).toMatchObject([
      { decision: 'failure', result: { reason: 'internal', error: { code: 'token_unreadable' } } },
    ])
  })

  it('where the database takes no intent', async () => {
    const store = createTroubledStore(bench.store)
    store.troubles.set('upkeeps.openIntent', 'refused')
    const shaky = bench.instance({ store })
    expect(await find(shaky)).toMatchObject({ code: 'store_unavailable' })
    expect(ends(shaky)).toMatchObject([{ decision: 'failure', result: { reason: 'internal' } }])
  })
})

describe('a refresh that somebody waits for', () => {
  it('longer than a holder can vanish for is a failure of who waits', async () => {
    const other = bench.instance()
    bench.server.plans = [{ after: () => bench.time.sleep(60_000) }]
    const first = find()
    await bench.time.pass(1)
    expect(await find(other)).toMatchObject({ reason: 'lease_timeout' })
    expect(ends(other)).toMatchObject([
      {
        ...KEY,
        decision: 'failure',
        result: { reason: 'lease_timeout' },
        seconds: expect.closeTo(12, 0),
      },
    ])
    await first
  })

  it('takes no less than nothing, however the clock is set meanwhile', async () => {
    let skewMs = 0
    const clock = { ...bench.time, now: () => new Date(bench.time.now().getTime() + skewMs) }
    const stepped = bench.instance({ clock })
    bench.server.plans = [
      {
        after: async () => {
          skewMs = -5000
        },
      },
    ]
    await find(stepped)
    expect(ends(stepped)).toMatchObject([{ decision: 'success', seconds: 0 }])
  })
})
