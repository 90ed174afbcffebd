import { describe, expect, it } from 'vitest'
import type { AuthSession, SessionMove } from '../../../src/auth/session.ts'
import type { Stores } from '../contract.ts'
import { aGrant, anAttempt, aSession, inSeconds, insertSession, NOW } from './samples.ts'

const MOVES: readonly SessionMove[] = [
  { to: 'completed', grantedScopes: ['a'], tenantKey: 'tenant_a' },
  { to: 'rejected', endReason: 'declined_on_card' },
  { to: 'expired', endReason: 'invalidated' },
  { to: 'expired', endReason: 'superseded' },
]

/** Whoever loses a race gets nothing; two connections take part. */
export function raceContract(stores: Stores): void {
  const sixteen = Array.from({ length: 16 }, (_, index) => index)
  const eitherOf = (index: number) => (index % 2 === 0 ? stores().store : stores().other)
  const winnersOf = <T>(results: (T | null)[]): T[] => results.filter((result) => result !== null)

  // Seconds on an idle machine; a busy one with a slow disk may take a minute.
  describe('a race', { timeout: 120_000 }, () => {
    it('to move a session has exactly one winner', async () => {
      const { store, other } = stores()
      const races = store === other ? 20 : 200
      for (let race = 0; race < races; race++) {
        const { id } = await insertSession(store)
        const results = await Promise.all(
          sixteen.map((index) => {
            const move = MOVES[(index + race) % MOVES.length] ?? MOVES[0]
            return move ? eitherOf(index).sessions.move(id, move, NOW) : null
          }),
        )
        const winners = winnersOf(results)
        expect(winners).toHaveLength(1)
        expect(await store.sessions.find(id)).toEqual(winners[0])
      }
    })

    it('to insert a pending session has exactly one winner', async () => {
      for (let race = 0; race < 20; race++) {
        const openId = `ou_${race}`
        const results = await Promise.all(
          sixteen.map((index) => eitherOf(index).sessions.insert(aSession({ openId }))),
        )
        expect(winnersOf(results)).toHaveLength(1)
      }
    })

    it('to spend an attempt has exactly one winner', async () => {
      const { store } = stores()
      const { id } = await insertSession(store)
      for (let race = 0; race < 20; race++) {
        const attempt = anAttempt(id)
        await store.attempts.insert(attempt)
        const results = await Promise.all(
          sixteen.map((index) => eitherOf(index).attempts.consume(attempt.stateHash, NOW)),
        )
        expect(winnersOf(results)).toHaveLength(1)
      }
    })

    it('to see an event first has exactly one winner', async () => {
      for (let race = 0; race < 20; race++) {
        const results = await Promise.all(
          sixteen.map((index) => eitherOf(index).seenEvents.markSeen(`event-${race}`, NOW)),
        )
        expect(results.filter(Boolean)).toHaveLength(1)
      }
    })

    it('for one due card has exactly one winner', async () => {
      const { store } = stores()
      for (let race = 0; race < 20; race++) {
        const { id } = await insertSession(store)
        const results = await Promise.all(
          sixteen.map((index) => eitherOf(index).sessions.claimCard(id, NOW, inSeconds(60))),
        )
        expect(winnersOf(results)).toHaveLength(1)
      }
    })

    it('for many due cards gives every card to one claimer only', async () => {
      const { store } = stores()
      await Promise.all(Array.from({ length: 100 }, () => insertSession(store)))
      const claimed: AuthSession[] = []
      // A claimer passes over rows that another is just taking; the next round finds what was left.
      for (let left = true; left; ) {
        const batches = await Promise.all(
          sixteen.map((index) => eitherOf(index).sessions.claimDueCards(NOW, inSeconds(60), 7)),
        )
        for (const batch of batches) expect(batch.length).toBeLessThanOrEqual(7)
        claimed.push(...batches.flat())
        left = batches.some((batch) => batch.length > 0)
      }
      expect(claimed).toHaveLength(100)
      expect(new Set(claimed.map(({ id }) => id)).size).toBe(100)
    })

    it('of sweeps expires every session once', async () => {
      const { store } = stores()
      await Promise.all(Array.from({ length: 60 }, () => insertSession(store, { expiresAt: NOW })))
      const expired: AuthSession[] = []
      for (let left = true; left; ) {
        const batches = await Promise.all(
          sixteen.map((index) => eitherOf(index).sessions.expireDue(NOW, 7)),
        )
        expired.push(...batches.flat())
        left = batches.some((batch) => batch.length > 0)
      }
      expect(expired).toHaveLength(60)
      expect(new Set(expired.map(({ id }) => id)).size).toBe(60)
    })

    it('of sweeps and single moves over the same sessions neither blocks nor doubles', async () => {
      const { store } = stores()
      const sessions = await Promise.all(
        Array.from({ length: 40 }, () => insertSession(store, { expiresAt: NOW })),
      )
      const moves = sessions.map(({ id }, index) =>
        eitherOf(index).sessions.move(id, { to: 'expired', endReason: 'invalidated' }, NOW),
      )
      const sweeps = sixteen.map((index) => eitherOf(index).sessions.expireDue(NOW, 40))
      const claims = sixteen.map((index) =>
        eitherOf(index).sessions.claimDueCards(NOW, inSeconds(60), 40),
      )
      const moved = winnersOf(await Promise.all(moves))
      const swept = (await Promise.all(sweeps)).flat()
      await Promise.all(claims)
      const ids = [...moved, ...swept].map(({ id }) => id)
      expect(new Set(ids).size).toBe(ids.length)
    })

    it('to save keeps the newest consent, whatever the order', async () => {
      const { store } = stores()
      for (let race = 0; race < 20; race++) {
        const session = await insertSession(store)
        const saves = sixteen.map((index) => {
          const authorizedAt = inSeconds((index * 7) % 16)
          return eitherOf(index).grants.save(aGrant(session, { authorizedAt }))
        })
        const winners = winnersOf(await Promise.all(saves))
        const last = await store.grants.find(session.appId, session.openId)
        expect(last?.authorizedAt).toEqual(inSeconds(15))
        expect(last?.version).toBe(winners.length)
        expect(new Set(winners.map(({ version }) => version)).size).toBe(winners.length)
      }
    })

    it('between a save under a hold and every end never ends what has a grant', async () => {
      const { store, other } = stores()
      for (let race = 0; race < 40; race++) {
        const session = await insertSession(store, { expiresAt: NOW, heldUntil: inSeconds(30) })
        const [grant, declined] = await Promise.all([
          store.grants.save(aGrant(session)),
          other.sessions.move(session.id, { to: 'rejected', endReason: 'access_denied' }, NOW),
          other.sessions.expireDue(NOW, 10),
        ])
        expect(grant).not.toBeNull()
        expect(declined).toBeNull()
        expect((await store.sessions.find(session.id))?.state).toBe('pending')
      }
    })
  })
}
