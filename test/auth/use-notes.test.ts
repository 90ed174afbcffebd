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
  const written: Parameters<UpkeepStore['noteUses']>[] = []
  let trouble: Error | null = null
  const noteUses: UpkeepStore['noteUses'] = async (uses, at) => {
    if (trouble) throw trouble
    batches.push(uses.length)
    written.push([uses, at])
  }
  const store = { upkeeps: { noteUses } as UpkeepStore }
  const schedule = createRefreshSchedule(0.1)
  return {
    clock,
    batches,
    written,
    schedule,
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

  it('say whose it is, when it was used, and when it is looked at next', async () => {
    const { clock, written, notes, schedule } = createBench()
    const grant = { ...grantOf('ou_lin'), issuedAt: clock.now() }
    notes.take(grant)
    notes.take({ ...grant, openId: 'ou_alex', sealedRefreshToken: null })
    clock.advance(5000)
    await notes.write()
    const [uses = [], at] = written[0] ?? []
    expect(at).toEqual(clock.now())
    const { appId } = grant
    expect(uses).toEqual([
      { appId, openId: 'ou_lin', dueAt: expect.any(Date) },
      { appId, openId: 'ou_alex', dueAt: null },
    ])
    // A grant in use is looked at before its access token ends, not when its refresh token has half its life behind it.
    const dueAt = uses[0]?.dueAt ?? new Date(0)
    expect(dueAt.getTime()).toBeGreaterThan(clock.now().getTime())
    expect(dueAt.getTime()).toBeLessThan(grant.accessTokenExpiresAt.getTime())
    expect(schedule.isTimeFor(grant, clock.now(), dueAt)).toBe(true)
  })

  it('keep the people of two apps apart', async () => {
    const { batches, notes } = createBench()
    notes.take(grantOf('ou_lin'))
    notes.take({ ...grantOf('ou_lin'), appId: 'cli_b' })
    await notes.write()
    expect(batches).toEqual([2])
  })

  it('forget who has not come for longest where there are too many people', async () => {
    const { clock, batches, notes } = createBench()
    const total = () => batches.reduce((sum, size) => sum + size, 0)
    const grant = grantOf('ou_first')
    const take = async (people: readonly string[]) => {
      for (const openId of people) notes.take({ ...grant, openId })
      await notes.write()
    }
    await take(['ou_first', 'ou_second', 'ou_third'])
    clock.advance(HOUR_MS)
    await take(['ou_first'])
    const others = Array.from({ length: 99_998 }, (_, index) => `ou_${index}`)
    for (let start = 0; start < others.length; start += 250) {
      await take(others.slice(start, start + 250))
    }
    expect(total()).toBe(100_002)
    // The second has made room for the last; whoever has come again since, and the last, are known.
    await take(['ou_first', others.at(-1) ?? ''])
    expect(total()).toBe(100_002)
    clock.advance(-HOUR_MS)
    await take(['ou_third'])
    expect(total()).toBe(100_002)
    await take(['ou_second'])
    expect(total()).toBe(100_003)
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
