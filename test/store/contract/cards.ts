import { describe, expect, it } from 'vitest'
import type { Store } from '../../../src/auth/ports.ts'
import type { Stores } from '../contract.ts'
import { inSeconds, insertSession, NOW, readSession } from './samples.ts'

/** Cards are level-triggered: due until they show what their session wants. */
export function cardContract(stores: Stores): void {
  describe('a due card', () => {
    it('is claimed once, and again when the claim has run out', async () => {
      const { store, other } = stores()
      const { id } = await insertSession(store)
      const claimed = await store.sessions.claimCard(id, NOW, inSeconds(30))
      expect(claimed?.card.dueAt).toEqual(inSeconds(30))
      expect(await other.sessions.claimCard(id, inSeconds(29), inSeconds(60))).toBeNull()
      expect(await other.sessions.claimDueCards(inSeconds(29), inSeconds(60), 10)).toEqual([])
      expect(await other.sessions.claimCard(id, inSeconds(30), inSeconds(60))).not.toBeNull()
    })

    it('is claimed in batches, the longest due first', async () => {
      const { store } = stores()
      const card = {
        messageId: null,
        shows: null,
        wants: 'asking',
        wantsSince: null,
        attempts: 0,
      } as const
      const second = await insertSession(store, { card: { ...card, dueAt: inSeconds(-10) } })
      const first = await insertSession(store, { card: { ...card, dueAt: inSeconds(-20) } })
      const later = await insertSession(store, { card: { ...card, dueAt: inSeconds(1) } })
      await insertSession(store, { card: { ...card, dueAt: null } })

      const claim = (now: Date) => store.sessions.claimDueCards(now, inSeconds(30), 1)
      expect((await claim(NOW)).map(({ id }) => id)).toEqual([first.id])
      expect((await claim(NOW)).map(({ id }) => id)).toEqual([second.id])
      expect(await claim(NOW)).toEqual([])
      expect((await claim(inSeconds(1))).map(({ id }) => id)).toEqual([later.id])
    })
  })

  describe('a card that was sent or redrawn', () => {
    it('is at rest when it shows what its session wants', async () => {
      const { store } = stores()
      const { id } = await insertSession(store)
      await store.sessions.noteCardRetry(id, inSeconds(1))
      await store.sessions.noteCardSent(id, 'om_a', 'asking', inSeconds(2))
      expect(await readSession(store, id)).toMatchObject({
        cardSentAt: inSeconds(2),
        card: {
          messageId: 'om_a',
          shows: 'asking',
          wants: 'asking',
          wantsSince: null,
          dueAt: null,
          attempts: 0,
        },
      })
    })

    it('is due again at once when its session has moved on meanwhile', async () => {
      const { store } = stores()
      const { id } = await insertSession(store)
      await store.sessions.claimCard(id, NOW, inSeconds(60))
      await store.sessions.move(id, { to: 'expired', endReason: 'invalidated' }, inSeconds(1))
      await store.sessions.noteCardSent(id, 'om_a', 'asking', inSeconds(2))
      expect((await readSession(store, id)).card).toMatchObject({
        messageId: 'om_a',
        shows: 'asking',
        wants: 'expired',
        dueAt: inSeconds(2),
      })
      await store.sessions.noteCardShown(id, 'expired', inSeconds(3))
      expect((await readSession(store, id)).card).toMatchObject({ shows: 'expired', dueAt: null })
      expect((await readSession(store, id)).cardSentAt).toEqual(inSeconds(2))
    })

    it('is taken although a failure asked for a pause, as long as it never went out', async () => {
      const { store } = stores()
      const { id } = await insertSession(store)
      await store.sessions.noteCardRetry(id, inSeconds(60))
      expect(await store.sessions.claimUnsentCard(id, inSeconds(15))).toMatchObject({ id })
      await store.sessions.noteCardSent(id, 'om_a', 'asking', NOW)
      expect(await store.sessions.claimUnsentCard(id, inSeconds(15))).toBeNull()
    })

    it('stays due when two updates may have overtaken each other', async () => {
      const { store } = stores()
      const { id } = await insertSession(store)
      await store.sessions.noteCardSent(id, 'om_a', 'asking', NOW)
      await store.sessions.noteFailure(id, 'identity_mismatch', NOW)
      await store.sessions.claimCard(id, NOW, inSeconds(15))
      await store.sessions.move(id, { to: 'expired', endReason: 'timed_out' }, inSeconds(1))
      await store.sessions.claimCard(id, inSeconds(1), inSeconds(16))
      // The first update comes back late, so nobody knows which of the two is seen last.
      const first = 'asking_again:wrong_account'
      await store.sessions.noteCardShown(id, first, inSeconds(2), inSeconds(15))
      await store.sessions.noteCardShown(id, 'expired', inSeconds(3), inSeconds(16))
      expect((await readSession(store, id)).card).toMatchObject({
        shows: 'expired',
        dueAt: inSeconds(2),
      })
    })

    it('is tried again later, and the tries are counted', async () => {
      const { store } = stores()
      const { id } = await insertSession(store)
      await store.sessions.noteCardRetry(id, inSeconds(5))
      await store.sessions.noteCardRetry(id, inSeconds(10))
      expect((await readSession(store, id)).card).toMatchObject({
        dueAt: inSeconds(10),
        attempts: 2,
      })
      await store.sessions.noteCardShown(id, 'asking', NOW)
      expect((await readSession(store, id)).card.attempts).toBe(0)
    })
  })

  describe('a card that could not be sent', () => {
    it('leaves the reason with its session, and does not change what it asks', async () => {
      const { store } = stores()
      const { id } = await insertSession(store)
      const failure = { reason: 'upstream_5xx', at: NOW } as const
      await store.sessions.noteCardRetry(id, inSeconds(5), failure)
      await store.sessions.noteCardRetry(id, inSeconds(9), null)
      expect(await readSession(store, id)).toMatchObject({
        lastFailure: failure,
        card: { wants: 'asking', dueAt: inSeconds(9), attempts: 2 },
      })
    })
  })

  describe('a completed session', () => {
    async function completed(store: Store) {
      const { id } = await insertSession(store)
      await store.sessions.noteCardSent(id, 'om_a', 'asking', NOW)
      const move = { to: 'completed', grantedScopes: ['a'], tenantKey: null } as const
      await store.sessions.move(id, move, inSeconds(1))
      await store.sessions.noteCardShown(id, 'completed', inSeconds(2))
      return id
    }

    it('makes its card want another look, once', async () => {
      const { store, other } = stores()
      const id = await completed(store)
      const wanted = await store.sessions.wantLook(id, 'revoked:by_person', inSeconds(3))
      expect(wanted).toMatchObject({
        state: 'completed',
        endedAt: inSeconds(1),
        card: {
          shows: 'completed',
          wants: 'revoked:by_person',
          wantsSince: inSeconds(3),
          dueAt: inSeconds(3),
        },
      })
      expect(await other.sessions.wantLook(id, 'revoked:by_person', inSeconds(4))).toBeNull()
      expect(await readSession(store, id)).toEqual(wanted)
      await store.sessions.noteCardShown(id, 'revoked:by_person', inSeconds(5))
      expect((await readSession(store, id)).card.dueAt).toBeNull()
    })

    it('leaves a card alone that can never change again', async () => {
      const { store } = stores()
      const id = await completed(store)
      await store.sessions.noteCardGone(id)
      const wanted = await store.sessions.wantLook(id, 'revoked:by_admin', inSeconds(3))
      expect(wanted?.card).toMatchObject({ wants: 'revoked:by_admin', dueAt: null })
    })

    it('is the only one whose card may want another look', async () => {
      const { store } = stores()
      const { id } = await insertSession(store)
      expect(await store.sessions.wantLook(id, 'revoked:by_admin', NOW)).toBeNull()
      await store.sessions.move(id, { to: 'rejected', endReason: 'access_denied' }, NOW)
      expect(await store.sessions.wantLook(id, 'revoked:by_admin', NOW)).toBeNull()
      expect(await store.sessions.wantLook('unknown', 'revoked:by_admin', NOW)).toBeNull()
      expect((await readSession(store, id)).card.wants).toBe('rejected')
    })
  })

  describe('a card that is gone', () => {
    it('never becomes due again, whatever happens to its session', async () => {
      const { store } = stores()
      const { id } = await insertSession(store)
      await store.sessions.noteCardSent(id, 'om_a', 'asking', NOW)
      await store.sessions.noteCardGone(id)
      await store.sessions.noteFailure(id, 'identity_mismatch', NOW)
      await store.sessions.clearFailure(id, NOW)
      await store.sessions.noteCardRetry(id, NOW)
      await store.sessions.noteCardShown(id, 'asking_again:try_again', NOW)
      const moved = await store.sessions.move(id, { to: 'expired', endReason: 'timed_out' }, NOW)
      expect(moved?.card).toMatchObject({ messageId: 'om_a', wants: 'expired', dueAt: null })
      expect(await store.sessions.claimDueCards(inSeconds(900), inSeconds(960), 10)).toEqual([])
    })

    it('stays gone when the sweep ends its session', async () => {
      const { store } = stores()
      const { id } = await insertSession(store)
      await store.sessions.noteCardGone(id)
      expect(await store.sessions.expireDue(inSeconds(600), 10)).toMatchObject([
        { id, card: { dueAt: null } },
      ])
    })
  })
}
