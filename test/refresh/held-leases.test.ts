import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { UpkeepStore } from '../../src/auth/upkeep.ts'
import { StoreUnavailableError } from '../../src/errors.ts'
import { APP_ID, createRefreshBench, LIN, type RefreshBench } from './support/refresh-bench.ts'

let bench: RefreshBench
beforeEach(async () => {
  bench = await createRefreshBench()
  await bench.consent(LIN, 7200)
})
afterEach(() => bench.close())

const KEY = { appId: APP_ID, openId: LIN }
const TIMED_OUT = { code: 'token_refresh_failed', reason: 'lease_timeout' }

/** A process whose intent takes so long to be written, and whose renewals fare as told. */
function slowProcess(intentMs: number, renew: UpkeepStore['renew'] = bench.store.upkeeps.renew) {
  const openIntent: UpkeepStore['openIntent'] = async (...args) => {
    const isOpen = await bench.store.upkeeps.openIntent(...args)
    await bench.time.sleep(intentMs)
    return isOpen
  }
  const upkeeps = { ...bench.store.upkeeps, openIntent, renew }
  return bench.instance({ store: { ...bench.store, upkeeps } })
}

const away: UpkeepStore['renew'] = () =>
  Promise.reject(new StoreUnavailableError('renew_lease', new Error('away')))

describe('the lease of a refresh', () => {
  it('is renewed for as long as the work under it takes', async () => {
    const slow = slowProcess(14_000)
    expect(await bench.token(slow)).toEqual(expect.any(String))
    expect(bench.server.posts).toHaveLength(1)
  })

  it('is not believed in once it was lost, however long it should have lasted', async () => {
    const lost = slowProcess(4000, () => Promise.resolve(false))
    await expect(bench.time.until(lost.tokens.findFreshToken(KEY))).rejects.toMatchObject(TIMED_OUT)
    expect(bench.server.posts).toEqual([])
  })

  it('is not taken for longer than the database has said', async () => {
    const slow = slowProcess(8000, away)
    await expect(bench.time.until(slow.tokens.findFreshToken(KEY))).rejects.toMatchObject(TIMED_OUT)
    expect(bench.server.posts).toEqual([])
    expect(slow.errors).toEqual([])
  })

  it('outlives a database that is away for a moment', async () => {
    let renewals = 0
    const slow = slowProcess(14_000, (...args) =>
      renewals++ === 0 ? away(...args) : bench.store.upkeeps.renew(...args),
    )
    expect(await bench.token(slow)).toEqual(expect.any(String))
    expect(renewals).toBe(4)
    expect(bench.server.posts).toHaveLength(1)
  })

  it('is renewed no more when something else than the database fails, and that is told', async () => {
    let renewals = 0
    const broken = slowProcess(9000, () => {
      renewals++
      return Promise.reject(new TypeError('broken'))
    })
    await expect(bench.time.until(broken.tokens.findFreshToken(KEY))).rejects.toMatchObject(
      TIMED_OUT,
    )
    expect(renewals).toBe(1)
    expect(broken.errors).toEqual([expect.any(TypeError)])
  })

  it('is not renewed after it was given back', async () => {
    let renewals = 0
    const quick = slowProcess(0, (...args) => {
      renewals++
      return bench.store.upkeeps.renew(...args)
    })
    await bench.token(quick)
    await bench.time.pass(10_000)
    expect(renewals).toBe(0)
  })
})
