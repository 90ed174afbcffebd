import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FeishuUnavailableError } from '../../src/errors.ts'
import { APP_ID, createRefreshBench, LIN, type RefreshBench } from './support/refresh-bench.ts'
import { AMBIGUOUS, UPSTREAM } from './support/token-server.ts'
import { createTroubledStore } from './support/troubled-store.ts'

let bench: RefreshBench
beforeEach(async () => {
  bench = await createRefreshBench()
})
afterEach(() => bench.close())

const OUTAGE = new FeishuUnavailableError('upstream_timeout')
const KEY = { appId: APP_ID, openId: LIN }
const find = (forceRefresh = false) =>
  bench.time.until(bench.tokens.findFreshToken({ ...KEY, forceRefresh }))
const upkeep = () => bench.store.upkeeps.find(KEY)
const lasting = { code: 'token_refresh_failed', reason: 'ambiguous' }

describe('a pause after a setback', () => {
  it('is told in seconds, and stays as it is however many ask', async () => {
    await bench.consent(LIN, 7200)
    bench.server.always = { refused: UPSTREAM }
    await expect(find()).rejects.toMatchObject({ reason: 'upstream_5xx' })
    const noted = await upkeep()
    expect(noted).toMatchObject({ failures: 1, coolReason: 'upstream', lease: null })
    const seconds = ((noted?.coolUntil?.getTime() ?? 0) - bench.time.now().getTime()) / 1000
    expect(seconds).toBeGreaterThanOrEqual(30)
    expect(seconds).toBeLessThanOrEqual(33)
    for (let call = 0; call < 3; call++) {
      await expect(find()).rejects.toMatchObject({ retryAfterSeconds: seconds })
    }
    const { failures, coolUntil, coolReason } = (await upkeep()) ?? {}
    expect({ failures, coolUntil, coolReason }).toEqual({
      failures: 1,
      coolUntil: noted?.coolUntil,
      coolReason: 'upstream',
    })
    expect(bench.server.posts).toHaveLength(2)
  })
})

describe('an outage', () => {
  it('is no reason to ask Feishu for the next person, who is told when it may be over', async () => {
    await bench.consent(LIN, 7200)
    for (let call = 0; call < 3; call++) bench.tokens.circuit.noteTrouble(APP_ID, OUTAGE)
    await expect(find()).rejects.toMatchObject({
      code: 'feishu_unavailable',
      reason: 'upstream_5xx',
      retryAfterSeconds: 30,
      cause: OUTAGE,
    })
    expect(bench.server.posts).toEqual([])
    expect(await upkeep()).toMatchObject({ lease: null, failures: 0, coolUntil: null })
  })
})

describe('a token that may be spent', () => {
  beforeEach(async () => {
    await bench.consent(LIN, 7200)
    bench.server.plans = [{ refused: AMBIGUOUS }]
    await expect(find()).rejects.toMatchObject(lasting)
  })

  it('is not sent again for who insists, while its first POST can be on its way', async () => {
    await expect(find(true)).rejects.toMatchObject({ ...lasting, retryAfterSeconds: 10 })
    await bench.time.pass(9500)
    await expect(find(true)).rejects.toMatchObject({ ...lasting, retryAfterSeconds: 1 })
    expect(bench.server.posts).toHaveLength(1)
    await bench.time.pass(500)
    expect(await find(true)).toMatchObject({ kind: 'token' })
    expect(bench.server.posts).toHaveLength(2)
  })

  it('is nothing to wait for once a newer consent is there', async () => {
    await bench.consent()
    expect(await find(true)).toMatchObject({ kind: 'token' })
    expect(bench.server.posts).toHaveLength(2)
    expect(bench.server.reuses()).toBe(0)
  })
})

describe('a grant that is marked as finished', () => {
  it.each([null, 'ambiguous'] as const)(
    'needs its person, though the reason is %s',
    async (reason) => {
      await bench.consent(LIN, 7200)
      const mark = { status: 'revoked', reason, version: 1, at: bench.time.now() } as const
      await bench.store.upkeeps.mark(KEY, mark)
      expect(await find()).toMatchObject({ kind: 'needs_person', why: 'revoked' })
      expect(bench.server.posts).toEqual([])
      expect(await upkeep()).toMatchObject({ mark, lease: null })
    },
  )
})

describe('a lease under which something failed', () => {
  it('is given back at once, with the intent that may have been written', async () => {
    await bench.consent(LIN, 7200)
    const store = createTroubledStore(bench.store)
    store.troubles.set('upkeeps.openIntent', 'unanswered')
    const shaky = bench.instance({ store })
    const call = bench.time.until(shaky.tokens.findFreshToken(KEY))
    await expect(call).rejects.toMatchObject({ code: 'store_unavailable' })
    expect(await upkeep()).toMatchObject({ lease: null, failures: 0, intent: { version: 1 } })
  })
})
