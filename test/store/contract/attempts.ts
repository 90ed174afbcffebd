import { describe, expect, it } from 'vitest'
import type { Stores } from '../contract.ts'
import { anAttempt, inSeconds, insertSession, NOW } from './samples.ts'

/** Attempts are spent at most once, and only in their time. */
export function attemptContract(stores: Stores): void {
  describe('an OAuth attempt', () => {
    it('is given back as it was put in', async () => {
      const { store, other } = stores()
      const attempt = anAttempt((await insertSession(store)).id)
      await store.attempts.insert(attempt)
      expect(await other.attempts.find(attempt.stateHash)).toEqual(attempt)
      expect(await other.attempts.find('unknown')).toBeNull()
    })

    it('is spent once', async () => {
      const { store, other } = stores()
      const attempt = anAttempt((await insertSession(store)).id)
      await store.attempts.insert(attempt)
      expect(await store.attempts.consume(attempt.stateHash, inSeconds(1))).toEqual({
        ...attempt,
        usedAt: inSeconds(1),
      })
      expect(await other.attempts.consume(attempt.stateHash, inSeconds(2))).toBeNull()
      expect((await other.attempts.find(attempt.stateHash))?.usedAt).toEqual(inSeconds(1))
    })

    it('is not spent when it is unknown or has expired', async () => {
      const { store } = stores()
      const attempt = anAttempt((await insertSession(store)).id)
      await store.attempts.insert(attempt)
      expect(await store.attempts.consume('unknown', NOW)).toBeNull()
      expect(await store.attempts.consume(attempt.stateHash, inSeconds(600))).toBeNull()
      expect((await store.attempts.find(attempt.stateHash))?.usedAt).toBeNull()
    })

    it('is one of several of a session, each for itself', async () => {
      const { store } = stores()
      const session = await insertSession(store)
      const [one, two] = [anAttempt(session.id), anAttempt(session.id)]
      await store.attempts.insert(one)
      await store.attempts.insert(two)
      expect(await store.attempts.consume(one.stateHash, NOW)).not.toBeNull()
      expect(await store.attempts.consume(two.stateHash, NOW)).not.toBeNull()
    })

    it('is deleted some time after it expired, used or not, in batches', async () => {
      const { store } = stores()
      const { id } = await insertSession(store)
      const old = [-30, -20, -10].map((age) => anAttempt(id, { expiresAt: inSeconds(age) }))
      const fresh = anAttempt(id, { expiresAt: inSeconds(-5) })
      for (const attempt of [...old, fresh]) await store.attempts.insert(attempt)
      expect(await store.attempts.deleteExpired(inSeconds(-5), 2)).toBe(2)
      expect(await store.attempts.deleteExpired(inSeconds(-5), 2)).toBe(1)
      expect(await store.attempts.deleteExpired(inSeconds(-5), 2)).toBe(0)
      expect(await store.attempts.find(fresh.stateHash)).not.toBeNull()
    })
  })
}
