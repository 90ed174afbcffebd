import { describe, expect, it } from 'vitest'
import type { SessionMove } from '../../../src/auth/session.ts'
import type { Stores } from '../contract.ts'
import { aGrant, inSeconds, insertSession, NOW, readSession } from './samples.ts'

const COMPLETED = {
  to: 'completed',
  grantedScopes: ['a'],
  tenantKey: 'tenant_a',
} as const satisfies SessionMove
const ENDS = [
  { to: 'rejected', endReason: 'declined_on_card' },
  { to: 'rejected', endReason: 'access_denied' },
  { to: 'expired', endReason: 'timed_out' },
  { to: 'expired', endReason: 'invalidated' },
  { to: 'expired', endReason: 'superseded' },
] as const satisfies SessionMove[]

/** Every move, every guard, and what keeps a session pending. */
export function moveContract(stores: Stores): void {
  describe('a move', () => {
    it('completes a session with what was granted', async () => {
      const { store } = stores()
      const { id } = await insertSession(store, {
        heldUntil: inSeconds(60),
        card: {
          messageId: 'om_a',
          shows: 'asking',
          wants: 'asking',
          wantsSince: null,
          dueAt: null,
          attempts: 7,
        },
      })
      const moved = await store.sessions.move(id, COMPLETED, inSeconds(3))
      expect(moved).toMatchObject({
        state: 'completed',
        endReason: null,
        grantedScopes: ['a'],
        tenantKey: 'tenant_a',
        heldUntil: null,
        endedAt: inSeconds(3),
        card: { shows: 'asking', wants: 'completed', dueAt: inSeconds(3), attempts: 0 },
      })
      expect(await store.sessions.find(id)).toEqual(moved)
    })

    it('keeps the known tenant when completion tells none', async () => {
      const { store } = stores()
      const { id } = await insertSession(store, { tenantKey: 'tenant_b' })
      const moved = await store.sessions.move(id, { ...COMPLETED, tenantKey: null }, NOW)
      expect(moved?.tenantKey).toBe('tenant_b')
    })

    it.each(ENDS)('ends a session: $to, $endReason', async (move) => {
      const { store } = stores()
      const { id } = await insertSession(store)
      const moved = await store.sessions.move(id, move, inSeconds(3))
      expect(moved).toMatchObject({
        state: move.to,
        endReason: move.endReason,
        grantedScopes: null,
        endedAt: inSeconds(3),
        card: {
          wants: move.endReason === 'superseded' ? 'superseded' : move.to,
          dueAt: inSeconds(3),
        },
      })
    })

    it('never follows another move', async () => {
      const { store } = stores()
      for (const first of [COMPLETED, ...ENDS]) {
        const { id } = await insertSession(store)
        const ended = await store.sessions.move(id, first, NOW)
        for (const second of [COMPLETED, ...ENDS]) {
          expect(await store.sessions.move(id, second, inSeconds(9))).toBeNull()
        }
        expect(await store.sessions.find(id)).toEqual(ended)
      }
    })

    it('of an unknown session is none', async () => {
      const { store } = stores()
      expect(await store.sessions.move('nobody', COMPLETED, NOW)).toBeNull()
    })

    it.each(ENDS)('waits for a working callback: $to, $endReason', async (move) => {
      const { store } = stores()
      const { id } = await insertSession(store)
      await store.sessions.hold(id, inSeconds(30), NOW)
      expect(await store.sessions.move(id, move, inSeconds(29))).toBeNull()
      expect(await store.sessions.move(id, move, inSeconds(30))).not.toBeNull()
    })

    it('to completed does not wait for a callback, nor for the clock', async () => {
      const { store } = stores()
      const { id } = await insertSession(store)
      await store.sessions.hold(id, inSeconds(900), NOW)
      expect(await store.sessions.move(id, COMPLETED, inSeconds(700))).not.toBeNull()
    })

    it('other than completion never hides a grant that is already stored', async () => {
      const { store } = stores()
      const session = await insertSession(store)
      await store.grants.save(aGrant(session))
      for (const move of ENDS) {
        expect(await store.sessions.move(session.id, move, NOW)).toBeNull()
      }
      expect(await store.sessions.expireDue(inSeconds(900), 10)).toEqual([])
      expect(await store.sessions.move(session.id, COMPLETED, NOW)).not.toBeNull()
    })
  })

  describe('a hold', () => {
    it('is given on an open session only', async () => {
      const { store } = stores()
      const { id } = await insertSession(store)
      expect((await store.sessions.hold(id, inSeconds(30), NOW))?.heldUntil).toEqual(inSeconds(30))
      expect(await store.sessions.hold(id, inSeconds(630), inSeconds(600))).toBeNull()
      await store.sessions.move(id, COMPLETED, NOW)
      expect(await store.sessions.hold(id, inSeconds(30), NOW)).toBeNull()
      expect(await store.sessions.hold('nobody', inSeconds(30), NOW)).toBeNull()
    })
  })

  describe('a noted failure', () => {
    it('is remembered, lets go of the session and asks for a redraw', async () => {
      const { store } = stores()
      const { id } = await insertSession(store, {
        heldUntil: inSeconds(30),
        card: {
          messageId: 'om_a',
          shows: 'asking',
          wants: 'asking',
          wantsSince: null,
          dueAt: null,
          attempts: 2,
        },
      })
      expect(await store.sessions.noteFailure(id, 'upstream_5xx', inSeconds(3))).toMatchObject({
        state: 'pending',
        lastFailure: { reason: 'upstream_5xx', at: inSeconds(3) },
        heldUntil: null,
        mismatches: 0,
        card: { wants: 'asking_again:feishu_trouble', dueAt: inSeconds(3), attempts: 0 },
      })
    })

    it('counts mismatches, and only those', async () => {
      const { store } = stores()
      const { id } = await insertSession(store)
      await store.sessions.noteFailure(id, 'identity_mismatch', NOW)
      await store.sessions.noteFailure(id, 'code_expired', NOW)
      const failed = await store.sessions.noteFailure(id, 'identity_mismatch', NOW)
      expect(failed?.mismatches).toBe(2)
      expect(failed?.card.wants).toBe('asking_again:wrong_account')
    })

    it('leaves a card alone that already says so', async () => {
      const { store } = stores()
      const { id } = await insertSession(store, {
        card: {
          messageId: 'om_a',
          shows: 'asking_again:try_again',
          wants: 'asking_again:try_again',
          wantsSince: null,
          dueAt: null,
          attempts: 0,
        },
      })
      const failed = await store.sessions.noteFailure(id, 'code_expired', NOW)
      expect(failed?.card.dueAt).toBeNull()
      expect(failed?.lastFailure?.reason).toBe('code_expired')
    })

    it('changes nothing about a session that has ended', async () => {
      const { store } = stores()
      const { id } = await insertSession(store)
      const ended = await store.sessions.move(id, COMPLETED, NOW)
      expect(await store.sessions.noteFailure(id, 'internal', inSeconds(3))).toBeNull()
      expect(await store.sessions.clearFailure(id, inSeconds(3))).toBeNull()
      expect(await store.sessions.find(id)).toEqual(ended)
    })

    it('can be cleared, and the card then asks afresh', async () => {
      const { store } = stores()
      const { id } = await insertSession(store)
      await store.sessions.noteFailure(id, 'identity_mismatch', NOW)
      await store.sessions.noteCardShown(id, 'asking_again:wrong_account', NOW)
      expect(await store.sessions.clearFailure(id, inSeconds(3))).toMatchObject({
        lastFailure: null,
        mismatches: 1,
        card: { wants: 'asking', dueAt: inSeconds(3) },
      })
    })
  })

  describe('the tenant', () => {
    it('is recorded once it is known', async () => {
      const { store } = stores()
      const { id } = await insertSession(store)
      await store.sessions.noteTenant(id, 'tenant_a')
      expect((await readSession(store, id)).tenantKey).toBe('tenant_a')
    })
  })

  describe('the sweep', () => {
    it('expires what is due and not held, the most overdue first, and tells what it moved', async () => {
      const { store } = stores()
      const due = await insertSession(store, { expiresAt: NOW })
      const longDue = await insertSession(store, { expiresAt: inSeconds(-60) })
      const held = await insertSession(store, {
        expiresAt: inSeconds(-90),
        heldUntil: inSeconds(5),
      })
      const open = await insertSession(store, { expiresAt: inSeconds(1) })

      const first = await store.sessions.expireDue(NOW, 1)
      expect(first).toMatchObject([
        {
          id: longDue.id,
          state: 'expired',
          endReason: 'timed_out',
          endedAt: NOW,
          card: { wants: 'expired', dueAt: NOW, attempts: 0 },
        },
      ])
      expect((await store.sessions.expireDue(NOW, 10)).map(({ id }) => id)).toEqual([due.id])
      expect(await store.sessions.expireDue(NOW, 10)).toEqual([])
      expect((await readSession(store, held.id)).state).toBe('pending')
      expect((await readSession(store, open.id)).state).toBe('pending')
      expect((await store.sessions.expireDue(inSeconds(5), 10)).map(({ id }) => id).sort()).toEqual(
        [held.id, open.id].sort(),
      )
    })

    it('completes sessions whose grant is stored, with what the grant says', async () => {
      const { store } = stores()
      const session = await insertSession(store, { heldUntil: inSeconds(60) })
      await insertSession(store)
      const grant = await store.grants.save(
        aGrant(session, { scopes: ['x'], tenantKey: 'tenant_x' }),
      )
      const completed = await store.sessions.completeGranted(inSeconds(3), 10)
      expect(completed).toMatchObject([
        {
          id: session.id,
          state: 'completed',
          endReason: null,
          grantedScopes: grant?.scopes,
          tenantKey: 'tenant_x',
          heldUntil: null,
          endedAt: inSeconds(3),
          card: { wants: 'completed', dueAt: inSeconds(3) },
        },
      ])
      expect(await store.sessions.completeGranted(inSeconds(4), 10)).toEqual([])
    })

    it('completes no session of which an older consent is stored', async () => {
      const { store } = stores()
      const earlier = await insertSession(store, { openId: 'ou_a' })
      await store.grants.save(aGrant(earlier))
      await store.sessions.completeGranted(NOW, 10)
      await insertSession(store, { openId: 'ou_a' })
      expect(await store.sessions.completeGranted(NOW, 10)).toEqual([])
    })
  })
}
