import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FinishedReason } from '../../src/auth/refresh-outcome.ts'
import type { UpkeepStore } from '../../src/auth/upkeep.ts'
import { APP_ID, createRefreshBench, LIN, type RefreshBench } from './support/refresh-bench.ts'
import { finished } from './support/token-server.ts'

let bench: RefreshBench
beforeEach(async () => {
  bench = await createRefreshBench()
})
afterEach(() => bench.close())

const KEY = { appId: APP_ID, openId: LIN }
const find = (forceRefresh = false, { tokens }: Pick<RefreshBench, 'tokens'> = bench) =>
  bench.time.until(tokens.findFreshToken({ ...KEY, forceRefresh }))

describe('a grant that Feishu calls', () => {
  it.each<FinishedReason>(['revoked', 'user_status'])(
    '%s is served no more, also to who does not insist',
    async (reason) => {
      await bench.consent()
      bench.server.plans = [{ refused: finished(reason) }]
      expect(await find(true)).toMatchObject({ why: reason })
      expect(await find()).toMatchObject({ kind: 'needs_person', why: reason, mayRefresh: true })
      expect(bench.server.posts).toHaveLength(1)
    },
  )

  it.each<FinishedReason>(['expired', 'reused', 'invalid'])(
    '%s is served to its own end',
    async (reason) => {
      const { reply } = await bench.consent()
      bench.server.plans = [{ refused: finished(reason) }]
      expect(await find(true)).toMatchObject({ why: reason })
      expect(await find()).toMatchObject({ token: { accessToken: reply.accessToken } })
    },
  )

  it('user_status keeps its refresh token: the person may come back', async () => {
    const { grant } = await bench.consent()
    bench.server.plans = [{ refused: finished('user_status') }]
    await find(true)
    const { sealedRefreshToken, version } = grant
    expect(await bench.grant()).toMatchObject({ sealedRefreshToken, version })
  })

  it('revoked is served again after a consent that came meanwhile', async () => {
    await bench.consent()
    const upkeeps: UpkeepStore = {
      ...bench.store.upkeeps,
      async release(...args) {
        const isReleased = await bench.store.upkeeps.release(...args)
        await bench.consent()
        return isReleased
      },
    }
    const one = bench.instance({ store: { ...bench.store, upkeeps } })
    bench.server.plans = [{ refused: finished('revoked') }]
    expect(await find(true, one)).toMatchObject({ why: 'revoked' })
    expect(await find()).toMatchObject({ kind: 'token', how: 'stored' })
  })

  it('revoked under a lost lease is ended by nobody: a winner may be about to save', async () => {
    const { reply } = await bench.consent()
    const upkeeps = { ...bench.store.upkeeps, release: () => Promise.resolve(false) }
    const late = bench.instance({ store: { ...bench.store, upkeeps } })
    bench.server.plans = [{ refused: finished('revoked') }]
    expect(await find(true, late)).toMatchObject({ why: 'revoked' })
    expect(await find()).toMatchObject({ token: { accessToken: reply.accessToken } })
  })
})
