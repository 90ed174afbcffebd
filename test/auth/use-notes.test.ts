import { describe, expect, it } from 'vitest'
import type { Grant } from '../../src/auth/grant.ts'
import { createRefreshSchedule } from '../../src/auth/refresh-schedule.ts'
import type { UpkeepStore } from '../../src/auth/upkeep.ts'
import { createUseNotes } from '../../src/auth/use-notes.ts'
import { StoreUnavailableError } from '../../src/errors.ts'
import { aGrant, aSession } from '../store/contract/samples.ts'
import { createFakeClock } from '../support/fake-clock.ts'

const HOUR_MS = 3_600_000

function createBench() {
  const clock = createFakeClock()
  const batches: number[] = []
  let trouble: Error | null = null
  const noteUses: UpkeepStore['noteUses'] = async (uses) => {
    if (trouble) throw trouble
    batches.push(uses.length)
  }
  const store = { upkeeps: { noteUses } as UpkeepStore }
  const schedule = createRefreshSchedule(0.1)
  return {
    clock,
    batches,
    notes: createUseNotes({ store, clock, schedule }),
    fail: (error: Error | null) => {
      trouble = error
    },
  }
}

function grantOf(openId: string): Grant {
  return { ...aGrant(aSession({ openId })), version: 1 }
}

const many = (count: number) => Array.from({ length: count }, (_, index) => grantOf(`ou_${index}`))

describe('the notes of who uses a grant', () => {
  it('write a grant once an hour, however often it is used', async () => {
    const { clock, batches, notes } = createBench()
    for (let use = 0; use < 5; use++) notes.take(grantOf('ou_lin'))
    await notes.write()
    notes.take(grantOf('ou_lin'))
    await notes.write()
    expect(batches).toEqual([1])
    clock.advance(HOUR_MS)
    notes.take(grantOf('ou_lin'))
    await notes.write()
    expect(batches).toEqual([1, 1])
  })

  it('write many in few commits', async () => {
    const { batches, notes } = createBench()
    for (const grant of many(250)) notes.take(grant)
    await notes.write()
    expect(batches).toEqual([100, 100, 50])
  })

  it('leave people to a later use when too many wait', async () => {
    const { batches, notes } = createBench()
    const total = () => batches.reduce((sum, size) => sum + size, 0)
    const people = many(300)
    for (const grant of people) notes.take(grant)
    await notes.write()
    expect(total()).toBe(250)
    for (const grant of people) notes.take(grant)
    await notes.write()
    expect(total()).toBe(300)
  })

  it('note again what the database did not take', async () => {
    const { batches, notes, fail } = createBench()
    fail(new StoreUnavailableError('upkeeps.noteUses', new Error('disk')))
    notes.take(grantOf('ou_lin'))
    await expect(notes.write()).rejects.toThrow(StoreUnavailableError)
    fail(null)
    notes.take(grantOf('ou_lin'))
    await notes.write()
    expect(batches).toEqual([1])
  })
})
