import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FreshToken } from '../../src/auth/fresh-token.ts'
import type { Store } from '../../src/auth/ports.ts'
import { APP_ID, createRefreshBench, LIN, type RefreshBench } from './support/refresh-bench.ts'

let bench: RefreshBench
beforeEach(async () => {
  bench = await createRefreshBench()
})
afterEach(() => bench.close())

const KEY = { appId: APP_ID, openId: LIN }
const LEASE_MS = 10_000
const find = (instance: Pick<RefreshBench, 'tokens'>) => instance.tokens.findFreshToken(KEY)

/** The token alone: each caller came to it in a way of their own. */
function tokenOf(found: FreshToken) {
  if (found.kind !== 'token') throw new Error(`needs the person: ${found.why}`)
  return { kind: found.kind, token: found.token }
}

/** A process none of whose renewals reaches the database, as if it stood still. */
const withoutRenewals = (upkeeps: Partial<Store['upkeeps']> = {}) => {
  const renew = () => Promise.resolve(false)
  const store = { ...bench.store, upkeeps: { ...bench.store.upkeeps, renew, ...upkeeps } }
  return bench.instance({ store })
}

function freeze(): { frozen: Promise<void>; thaw: () => void } {
  let thaw = () => {}
  const frozen = new Promise<void>((resolve) => {
    thaw = resolve
  })
  return { frozen, thaw }
}

describe('a holder who is slower than its lease', () => {
  it.each([0.1, 0.5, 1, 2, 5])(
    'presents the token once when Feishu takes %f leases',
    async (times) => {
      await bench.consent(LIN, 7200)
      const other = bench.instance()
      bench.server.plans = [{ after: () => bench.time.sleep(LEASE_MS * times) }]
      const first = find(bench)
      await bench.time.pass(1)
      const second = find(other).catch((error: unknown) => error)
      const found = await bench.time.until(first)
      expect(found).toMatchObject({ kind: 'token' })
      expect(bench.server.posts).toHaveLength(1)
      // Whoever waited too long was told so; whoever asks now gets the same token.
      const waited = await bench.time.until(second)
      if (times <= 1) expect(waited).toMatchObject(tokenOf(found))
      else expect(waited).toMatchObject({ code: 'token_refresh_failed', reason: 'lease_timeout' })
      expect(await bench.time.until(find(other))).toMatchObject(tokenOf(found))
      expect(bench.server.reuses()).toBe(0)
    },
  )
})

describe('a holder that stood still past its lease', () => {
  it('presents nothing when it wakes up before it has', async () => {
    await bench.consent(LIN, 7200)
    const other = bench.instance()
    const { frozen, thaw } = freeze()
    const stuck = withoutRenewals({
      async openIntent(...args) {
        const isOpen = await bench.store.upkeeps.openIntent(...args)
        await frozen
        return isOpen
      },
    })
    const late = find(stuck)
    await bench.time.pass(25_000)
    expect(bench.server.posts).toEqual([])
    const winner = await bench.time.until(find(other))
    expect(winner).toMatchObject({ kind: 'token' })
    thaw()
    await expect(bench.time.until(late)).rejects.toMatchObject({ reason: 'lease_timeout' })
    expect(bench.server.posts).toHaveLength(1)
    expect(await bench.time.until(find(stuck))).toMatchObject(tokenOf(winner))
  })

  it('saves what it has when nobody was faster, and the grant stays scheduled', async () => {
    await bench.consent(LIN, 7200)
    const other = bench.instance()
    const { frozen, thaw } = freeze()
    bench.server.plans = [{ after: () => frozen }]
    const stuck = withoutRenewals()
    const late = find(stuck)
    await bench.time.pass(25_000)
    // The other one finds an open intent, probes, and learns that the token is spent.
    await bench.time.until(other.tokens.keepGrantsAlive.recover())
    expect(bench.count('grant_finished', other)).toBe(1)
    thaw()
    const saved = await bench.time.until(late)
    expect(saved).toMatchObject({ kind: 'token' })
    expect(await bench.time.until(find(other))).toMatchObject(tokenOf(saved))
    expect(await bench.store.upkeeps.find(KEY)).toMatchObject({ dueAt: expect.any(Date) })
  })

  it('does not take the answer for younger than it is', async () => {
    await bench.consent(LIN, 7200)
    bench.server.plans = [{ after: () => bench.time.sleep(300_000) }]
    const sentAt = bench.time.now().getTime()
    const found = await bench.time.until(find(bench))
    expect(found).toMatchObject({ token: { expiresAt: new Date(sentAt + 7200 * 1000) } })
  })

  it('drops its pair for a newer consent, and ends only the access token', async () => {
    const { grant } = await bench.consent(LIN, 7200)
    let newest = ''
    bench.server.plans = [
      {
        after: async () => {
          newest = (await bench.consent()).reply.accessToken
        },
      },
    ]
    expect(await bench.token()).toBe(newest)
    await bench.time.settle()
    expect(bench.server.revoked).toHaveLength(1)
    expect(bench.server.revoked[0]).not.toBe(newest)
    const now = await bench.grant()
    expect(now.sessionId).not.toBe(grant.sessionId)
    expect(bench.server.honours(bench.refreshTokenOf(now))).toBe(true)
  })

  it('lets nothing live on when the person withdrew meanwhile', async () => {
    await bench.consent(LIN, 7000)
    bench.server.plans = [
      { after: async () => void (await bench.tokens.revokeGrant.here(KEY, 'user')) },
    ]
    expect(await bench.time.until(find(bench))).toMatchObject({ why: 'never_authorized' })
    await bench.time.settle()
    const spent = bench.server.posts[0]?.refreshToken
    // The old pair by the revocation, the new pair by the refresh that came too late.
    expect(bench.server.revoked.filter((token) => token !== spent)).toHaveLength(3)
  })

  it('does not hand out the token of a grant that Feishu ended meanwhile', async () => {
    const { grant } = await bench.consent(LIN, 7000)
    const { revokeGrant } = bench.tokens
    bench.server.plans = [
      { after: async () => void (await revokeGrant.toldByFeishu(grant, 'unknown')) },
    ]
    expect(await bench.time.until(find(bench))).toMatchObject({
      kind: 'needs_person',
      why: 'revoked',
    })
  })
})
