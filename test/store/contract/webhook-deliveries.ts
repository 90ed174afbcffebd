import { describe, expect, it } from 'vitest'
import type { Store } from '../../../src/auth/ports.ts'
import type { GrantMark } from '../../../src/auth/upkeep.ts'
import type { Stores } from '../contract.ts'
import { aSession, inSeconds, insertGrant, insertSession, NOW } from './samples.ts'

const MESSAGE = { id: 'end_1', event: 'authorization.completed', payload: '{"a":"林"}' } as const

/** Messages wait on disk until the receiver has them. */
export function webhookDeliveryContract(stores: Stores): void {
  describe('the webhook outbox', () => {
    it('takes a message once, however often it is put in', async () => {
      const { store, other } = stores()
      const put = await Promise.all([
        store.webhooks.put(MESSAGE, NOW),
        other.webhooks.put({ ...MESSAGE, payload: '{}' }, inSeconds(1)),
      ])
      expect(put.filter(Boolean)).toHaveLength(1)
      expect(await store.webhooks.put(MESSAGE, inSeconds(2))).toBe(false)
      expect(await other.webhooks.countQueued()).toBe(1)
    })

    it('hands a due message to one taker, counts the try, and again when the claim is over', async () => {
      const { store, other } = stores()
      await store.webhooks.put(MESSAGE, NOW)
      const until = inSeconds(30)
      const claims = await Promise.all([
        store.webhooks.claimDue(NOW, until),
        other.webhooks.claimDue(NOW, until),
        store.webhooks.claimDue(NOW, until),
      ])
      expect(claims.filter((claim) => claim !== null)).toEqual([
        {
          ...MESSAGE,
          attempts: 1,
          dueAt: until,
          lastFailure: null,
          createdAt: NOW,
          deliveredAt: null,
          deadAt: null,
        },
      ])
      expect(await other.webhooks.claimDue(inSeconds(29), until)).toBeNull()
      expect(await other.webhooks.claimDue(until, inSeconds(60))).toMatchObject({ attempts: 2 })
    })

    it('takes the most overdue first', async () => {
      const { store } = stores()
      await store.webhooks.put({ ...MESSAGE, id: 'b' }, inSeconds(-1))
      await store.webhooks.put({ ...MESSAGE, id: 'a' }, inSeconds(-2))
      expect(await store.webhooks.claimDue(NOW, inSeconds(30))).toMatchObject({ id: 'a' })
      expect(await store.webhooks.claimDue(NOW, inSeconds(30))).toMatchObject({ id: 'b' })
    })

    it('lets only the holder of the claim postpone a message or give it up', async () => {
      const { store, other } = stores()
      await store.webhooks.put(MESSAGE, NOW)
      const slow = await claim(store, 0)
      const quick = await claim(other, 30)
      await store.webhooks.noteRetry(MESSAGE.id, 'timeout', inSeconds(99), slow.dueAt)
      await store.webhooks.noteDead(MESSAGE.id, 'timeout', inSeconds(31), slow.dueAt)
      expect(await only(store)).toEqual(quick)
      await other.webhooks.noteRetry(MESSAGE.id, 'status_5xx', inSeconds(99), quick.dueAt)
      const postponed = { ...quick, lastFailure: 'status_5xx', dueAt: inSeconds(99) }
      expect(await only(store)).toEqual(postponed)
    })

    it('knows a message as delivered whoever delivered it, even late', async () => {
      const { store, other } = stores()
      await store.webhooks.put(MESSAGE, NOW)
      const slow = await claim(store, 0)
      const quick = await claim(other, 30)
      await other.webhooks.noteDead(MESSAGE.id, 'gone', inSeconds(31), quick.dueAt)
      await store.webhooks.noteDelivered(MESSAGE.id, inSeconds(32))
      const delivered = { dueAt: null, deadAt: null, lastFailure: null, deliveredAt: inSeconds(32) }
      expect(await only(store)).toEqual({ ...slow, attempts: 2, ...delivered })
      expect(await store.webhooks.retry(MESSAGE.id, inSeconds(33))).toBe(false)
      expect(await store.webhooks.countQueued()).toBe(0)
    })

    it('lists what was given up, and tries it again when told, with all tries ahead', async () => {
      const { store, other } = stores()
      for (const id of ['one', 'two', 'three']) {
        await store.webhooks.put({ ...MESSAGE, id }, NOW)
        const { dueAt } = await claim(store, 0)
        if (id !== 'three') await store.webhooks.noteDead(id, 'gone', inSeconds(1), dueAt)
      }
      const dead = await other.webhooks.list({ dead: true, limit: 9 })
      expect(dead.map(({ id }) => id).sort()).toEqual(['one', 'two'])
      expect(dead[0]).toMatchObject({ dueAt: null, deadAt: inSeconds(1), lastFailure: 'gone' })
      expect(await store.webhooks.list({ dead: false, limit: 2 })).toHaveLength(2)
      expect(await other.webhooks.retry('one', inSeconds(2))).toBe(true)
      expect(await other.webhooks.retry('unknown', inSeconds(2))).toBe(false)
      expect(await other.webhooks.retryDead(inSeconds(2), 9)).toBe(1)
      expect(await store.webhooks.list({ dead: true, limit: 9 })).toEqual([])
      expect(await store.webhooks.countQueued()).toBe(3)
      const again = await store.webhooks.claimDue(inSeconds(2), inSeconds(30))
      expect(again).toMatchObject({ attempts: 1, lastFailure: 'gone' })
    })

    it('forgets what was delivered and what was given up, each after its time and in batches', async () => {
      const { store } = stores()
      for (const [index, id] of ['old', 'older', 'waiting', 'new', 'dead'].entries()) {
        await store.webhooks.put({ ...MESSAGE, id }, inSeconds(id === 'new' ? 0 : -10 + index))
      }
      for (const id of ['old', 'older', 'new']) await store.webhooks.noteDelivered(id, NOW)
      const { dueAt } = await claim(store, -6)
      await store.webhooks.noteRetry('waiting', 'dns', inSeconds(60), dueAt)
      const dying = await claim(store, 0)
      await store.webhooks.noteDead('dead', 'gone', inSeconds(-5), dying.dueAt)
      expect(await store.webhooks.deleteDelivered(inSeconds(-1), 1)).toBe(1)
      expect(await store.webhooks.deleteDelivered(inSeconds(-1), 9)).toBe(1)
      expect(await store.webhooks.deleteDead(inSeconds(-5), 9)).toBe(0)
      expect(await store.webhooks.deleteDead(inSeconds(-4), 9)).toBe(1)
      const left = await store.webhooks.list({ dead: false, limit: 9 })
      expect(left.map(({ id }) => id)).toEqual(['new', 'waiting'])
    })

    it('knows the grants at their end that nobody was told of, the oldest first', async () => {
      const { store, other } = stores()
      const mark = async (status: GrantMark['status'], seconds: number) => {
        const grant = await insertGrant(store)
        const reason = status === 'ambiguous' ? status : 'expired'
        const marked = { status, reason, version: grant.version, at: inSeconds(seconds) } as const
        await store.upkeeps.mark(grant, marked)
        const { appId, openId, sessionId } = grant
        return { appId, openId, sessionId, mark: marked }
      }
      const late = await mark('reauth_required', -10)
      const early = await mark('revoked', -20)
      await mark('revoked', -30)
      await mark('ambiguous', -15)
      const span = { after: inSeconds(-30), before: NOW }
      expect(await other.webhooks.listUntoldMarks(span, 9)).toEqual([early, late])
      expect(await other.webhooks.listUntoldMarks(span, 1)).toEqual([early])
      const until = { ...span, before: inSeconds(-10) }
      expect(await other.webhooks.listUntoldMarks(until, 9)).toEqual([early])
      await other.webhooks.noteMarkTold(early)
      expect(await store.webhooks.listUntoldMarks(span, 9)).toEqual([late])
      expect(await store.webhooks.findMark(early)).toEqual(early)
      expect(await store.webhooks.findMark({ ...early, openId: 'ou_nobody' })).toBeNull()
    })

    it('knows the ends that nobody was told of, the oldest first', async () => {
      const { store, other } = stores()
      await insertSession(store)
      const ends = await Promise.all(
        [-30, -10, -20].map((seconds) => insertSession(store, ended(inSeconds(seconds)))),
      )
      const untold = await other.webhooks.listUntoldEnds(inSeconds(-30), 9)
      expect(untold).toEqual([ends[2], ends[1]])
      expect(await store.webhooks.listUntoldEnds(inSeconds(-31), 1)).toEqual([ends[0]])
      await other.webhooks.noteEndTold(ends[2]?.id ?? '', NOW)
      expect(await store.webhooks.listUntoldEnds(inSeconds(-30), 9)).toEqual([ends[1]])
    })
  })
}

async function claim(store: Store, second: number) {
  const claimed = await store.webhooks.claimDue(inSeconds(second), inSeconds(second + 30))
  if (!claimed) throw new Error('Nothing was due.')
  return claimed
}

async function only(store: Store) {
  const [delivery] = await store.webhooks.list({ dead: false, limit: 2 })
  return delivery
}

function ended(at: Date) {
  return aSession({ state: 'expired', endReason: 'timed_out', endedAt: at })
}
