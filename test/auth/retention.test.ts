import { afterEach, describe, expect, it } from 'vitest'
import type { Store } from '../../src/auth/ports.ts'
import { aSession } from '../store/contract/samples.ts'
import { createDomain, type Domain } from '../support/domain.ts'

const DAY = 86_400_000
const BATCH = 200

let domain: Domain
afterEach(() => domain.close())

/** A store in which so many rows are due, whatever is asked for; tells what was asked. */
async function begin(left: Record<string, number> = {}) {
  const asked: Record<string, Date[]> = {}
  const remove = (name: string) => async (before: Date, limit: number) => {
    asked[name] = [...(asked[name] ?? []), before]
    const removed = Math.min(left[name] ?? 0, limit)
    left[name] = (left[name] ?? 0) - removed
    return removed
  }
  domain = await createDomain({
    store: (real: Store) => ({
      ...real,
      sessions: { ...real.sessions, deleteEnded: remove('sessions') },
      attempts: { ...real.attempts, deleteExpired: remove('attempts') },
      seenEvents: { ...real.seenEvents, deleteSeenBefore: remove('events') },
      timeZones: { ...real.timeZones, deleteNotedBefore: remove('zones') },
      idempotentRequests: { deleteCreatedBefore: remove('answers') },
    }),
  })
  return { asked, left }
}

describe('retention', () => {
  it('keeps sessions for their days, where people are for a renewal, and everything else for a day', async () => {
    const { asked } = await begin()
    expect(await domain.auth.sweep.retention()).toEqual({ deleted: 0 })
    const ago = (days: number) => [new Date(domain.clock.now().getTime() - days * DAY)]
    expect(asked).toEqual({
      sessions: ago(30),
      attempts: ago(1),
      events: ago(1),
      answers: ago(1),
      zones: ago(400),
    })
  })

  it('goes on until nothing is left, a batch at a time, and counts the sessions', async () => {
    const { asked, left } = await begin({ sessions: 2 * BATCH + 1, attempts: BATCH, events: 1 })
    expect(await domain.auth.sweep.retention()).toEqual({ deleted: 2 * BATCH + 1 })
    expect(left).toMatchObject({ sessions: 0, attempts: 0, events: 0 })
    expect(Object.values(asked).map((times) => times.length)).toEqual([3, 2, 1, 1, 1])
  })

  it('ends after a batch of each once the process is closing', async () => {
    const { left } = await begin({ sessions: 3 * BATCH, attempts: 3 * BATCH })
    expect(await domain.auth.sweep.retention(AbortSignal.abort())).toEqual({ deleted: BATCH })
    expect(left).toMatchObject({ sessions: 2 * BATCH, attempts: 2 * BATCH })
  })
})

describe('a sweep', () => {
  it('expires all that is due, also beyond a batch, unless the process is closing', async () => {
    domain = await createDomain()
    const ended = { createdAt: domain.clock.now(), expiresAt: domain.clock.now() }
    for (let person = 0; person <= BATCH; person++) {
      await domain.store.sessions.insert(aSession({ ...ended, openId: `ou_${person}` }))
    }
    const closing = AbortSignal.abort()
    expect(await domain.auth.sweep.sessions(closing)).toEqual({ completed: 0, expired: BATCH })
    expect(await domain.auth.sweep.sessions()).toEqual({ completed: 0, expired: 1 })
    expect(domain.seen.filter(({ type }) => type === 'session_ended')).toHaveLength(BATCH + 1)
  })
})
