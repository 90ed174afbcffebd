import { describe, expect, it } from 'vitest'
import type { AuthSession } from '../../../src/auth/session.ts'
import type { Stores } from '../contract.ts'
import { anAttempt, inSeconds, insertSession, NOW } from './samples.ts'

/** What is sealed beside the tokens of grants. */
export function sealContract(stores: Stores): void {
  describe('the tickets of cards that wait', () => {
    it('are listed by another key than this, page by page, and only while they wait', async () => {
      const { store, other } = stores()
      const sealed = ['k1.a', 'k1.b', 'k2.c', 'k10.d', 'no key', '.odd']
      const waiting = []
      for (const [index, sealedTicket] of sealed.entries()) {
        // Some end at the same instant.
        const expiresAt = inSeconds(600 + Math.floor(index / 2))
        waiting.push(await insertSession(store, { sealedTicket, expiresAt }))
      }
      const over = await insertSession(store, { sealedTicket: 'k1.over' })
      await store.sessions.move(over.id, { to: 'rejected', endReason: 'declined_on_card' }, NOW)
      const found = []
      for (let after: AuthSession | undefined; ; ) {
        const page = await other.seals.listTickets({ notSealedWith: 'k1', after, limit: 1 })
        found.push(...page)
        after = page.at(-1)
        if (after === undefined) break
      }
      const order = ({ expiresAt, id }: AuthSession) => `${expiresAt.toISOString()} ${id}`
      const expected = waiting.slice(2).sort((one, next) => (order(one) < order(next) ? -1 : 1))
      expect(found).toEqual(expected)
    })

    it('are written only over what was read, and never into a session that has ended', async () => {
      const { store, other } = stores()
      const session = await insertSession(store, { sealedTicket: 'k1.ticket' })
      expect(await store.seals.resealTicket(session, 'k2.ticket')).toBe(true)
      const now = await other.sessions.find(session.id)
      expect(now).toEqual({ ...session, sealedTicket: 'k2.ticket' })
      expect(await store.seals.resealTicket(session, 'k3.ticket')).toBe(false)
      const ended = await insertSession(store, { sealedTicket: 'k1.ticket' })
      await store.sessions.move(ended.id, { to: 'expired', endReason: 'timed_out' }, NOW)
      expect(await store.seals.resealTicket(ended, 'k2.ticket')).toBe(false)
      expect((await other.sessions.find(ended.id))?.sealedTicket).toBe('k1.ticket')
    })
  })

  describe('what is sealed beside tokens', () => {
    it('is counted by key as long as somebody may open it', async () => {
      const { store, other } = stores()
      expect(await other.seals.count(NOW)).toEqual({ tickets: [], verifiers: [], replies: [] })
      for (const sealedTicket of ['k1.a', 'k1.b', 'k2.c', 'no key']) {
        await insertSession(store, { sealedTicket })
      }
      const over = await insertSession(store, { sealedTicket: 'k1.over' })
      await store.sessions.move(over.id, { to: 'rejected', endReason: 'declined_on_card' }, NOW)

      const ofSession = over.id
      const late = { ...anAttempt(ofSession), expiresAt: inSeconds(-1) }
      const spent = { ...anAttempt(ofSession), usedAt: NOW }
      for (const attempt of [anAttempt(ofSession), anAttempt(ofSession), late, spent]) {
        await store.attempts.insert({ ...attempt, sealedVerifier: 'k1.verifier' })
      }
      for (const [keyHash, sealedReply] of [
        ['one', 'k1.reply'],
        ['two', 'k2.reply'],
      ] as const) {
        const claim = { keyHash, claimedUntil: NOW }
        await store.idempotentRequests.claim({ ...claim, fingerprint: 'f', createdAt: NOW }, NOW)
        await store.idempotentRequests.answer(claim, { statusCode: 200, sealedReply })
      }
      const atWork = { keyHash: 'three', claimedUntil: NOW, fingerprint: 'f', createdAt: NOW }
      await store.idempotentRequests.claim(atWork, NOW)

      const { tickets, verifiers, replies } = await other.seals.count(NOW)
      expect(byKey(tickets)).toEqual({ k1: 2, k2: 1, null: 1 })
      expect(byKey(verifiers)).toEqual({ k1: 2 })
      expect(byKey(replies)).toEqual({ k1: 1, k2: 1 })
    })
  })
}

function byKey(counts: readonly { keyId: string | null; count: number }[]) {
  return Object.fromEntries(counts.map(({ keyId, count }) => [String(keyId), count]))
}
