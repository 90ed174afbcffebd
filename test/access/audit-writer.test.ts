import { randomBytes } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import type { AuditFact } from '../../src/access/audit-chain.ts'
import { createAuditMark } from '../../src/access/audit-mark.ts'
import { createAuditWriter } from '../../src/access/audit-writer.ts'
import { createVerifyAudit } from '../../src/access/verify-audit.ts'
import { createTokenCipher } from '../../src/auth/token-cipher.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { createAuditInMemory } from './audit-in-memory.ts'

function setUp() {
  const store = createAuditInMemory()
  const clock = createFakeClock()
  const logged: string[] = []
  const log = (_level: string, event: string) => void logged.push(event)
  const cipher = createTokenCipher({ keys: [{ id: 'k1', key: randomBytes(32) }] })
  const mark = createAuditMark({ store, cipher })
  const writer = createAuditWriter({ store, mark, clock, log })
  const verify = createVerifyAudit({ store, mark, clock: { sleep: async () => {} } })
  const fact = (changes: Partial<AuditFact> = {}): AuditFact => ({
    at: clock.now(),
    actor: 'key:calendar-bot',
    action: 'token_read',
    outcome: 'done',
    appId: 'cli_a',
    openId: 'ou_lin',
    detail: {},
    ...changes,
  })
  const outcomes = () => store.entries.map(({ outcome }) => outcome)
  return { store, clock, logged, writer, verify, mark, fact, outcomes }
}

describe('the mark of the end', () => {
  it('is there before the first entry, follows within ten seconds, and is right after a close', async () => {
    const { writer, store, mark, clock, fact } = setUp()
    const write = async () => {
      await writer.write(fact())
      // What is done beside it ends within the same turn, for everything here is in memory.
      await new Promise(setImmediate)
      return mark.read()
    }
    expect(await write()).toMatchObject({ sequence: 1 })
    clock.advance(9_999)
    expect(await write()).toMatchObject({ sequence: 1 })
    clock.advance(1)
    expect(await write()).toMatchObject({ sequence: 3 })
    await writer.write(fact())
    await writer.close()
    const { sequence, hash } = store.entries[3] ?? {}
    expect(await mark.read()).toEqual({ sequence, hash })
  })

  it('keeps nobody waiting when it cannot be moved', async () => {
    const { writer, store, logged, fact } = setUp()
    await writer.write(fact())
    const { keepMark } = store
    store.keepMark = () => Promise.reject(new Error('The disk is full.'))
    await writer.write(fact())
    await writer.close()
    store.keepMark = keepMark
    expect(store.entries).toHaveLength(2)
    expect(logged).toContain('audit_not_written')
  })
})

describe('facts that wait', () => {
  it('are written together within a second, equal ones as one with a count', async () => {
    const { writer, store, clock, fact, verify } = setUp()
    writer.add(fact({ detail: { request_id: 'first' } }))
    clock.advance(400)
    writer.add(fact({ detail: { request_id: 'second' } }))
    writer.add(fact({ openId: 'ou_alex' }))
    expect(store.appends).toBe(0)
    clock.advance(600)
    await vi.waitFor(() => expect(store.entries).toHaveLength(2))
    expect(store.appends).toBe(1)
    expect(store.entries).toMatchObject([
      {
        openId: 'ou_lin',
        detail: { request_id: 'first', count: 2, last_at: '2026-11-20T08:00:00.400Z' },
      },
      { openId: 'ou_alex', detail: {} },
    ])
    expect(await verify()).toMatchObject({ ok: true, entries: 2 })
  })

  it('are written at once when a batch is full', async () => {
    const { writer, store, fact } = setUp()
    for (let index = 0; index < 512; index++) writer.add(fact({ openId: `ou_${index}` }))
    await vi.waitFor(() => expect(store.entries).toHaveLength(512))
  })

  it('are written by a close', async () => {
    const { writer, outcomes, fact } = setUp()
    for (const outcome of ['a', 'b']) writer.add(fact({ outcome }))
    await writer.close()
    expect(outcomes()).toEqual(['a', 'b'])
  })

  it('are kept while the database is away, in their order, and the log tells', async () => {
    const { writer, store, clock, logged, fact, outcomes, verify } = setUp()
    store.faults.push('before', 'before')
    writer.add(fact({ outcome: 'a' }))
    clock.advance(1000)
    await vi.waitFor(() => expect(store.appends).toBe(1))
    writer.add(fact({ outcome: 'b' }))
    await clock.untilSomebodySleeps()
    clock.advance(1000)
    await vi.waitFor(() => expect(store.appends).toBe(2))
    await clock.untilSomebodySleeps()
    clock.advance(2000)
    await vi.waitFor(() => expect(outcomes()).toEqual(['a', 'b']))
    await vi.waitFor(() =>
      expect(logged).toEqual(['audit_not_written', 'audit_not_written', 'audit_written_again']),
    )
    expect(await verify()).toMatchObject({ ok: true })
  })

  it('are not written twice when the answer of the database was lost', async () => {
    const { writer, store, clock, fact, outcomes, verify } = setUp()
    store.faults.push('after')
    writer.add(fact({ outcome: 'a' }))
    writer.add(fact({ outcome: 'b' }))
    clock.advance(1000)
    await vi.waitFor(() => expect(store.entries).toHaveLength(2))
    writer.add(fact({ outcome: 'c' }))
    await writer.close()
    expect(outcomes()).toEqual(['a', 'b', 'c'])
    expect(await verify()).toMatchObject({ ok: true, entries: 3 })
  })

  it('are bounded: how many were lost is an entry, too', async () => {
    const { writer, store, logged, fact } = setUp()
    store.faults.push('before')
    for (let index = 0; index < 10_003; index++) writer.add(fact({ openId: `ou_${index}` }))
    await writer.close()
    expect(logged).toContain('audit_entries_lost')
    const lost = store.entries.filter(({ action }) => action === 'entries_lost')
    expect(lost).toMatchObject([{ detail: { count: 3 } }])
    expect(store.entries).toHaveLength(10_001)
  })

  it('are given up when the database stays away at the end, and the log tells', async () => {
    const { writer, store, logged, fact } = setUp()
    store.faults.push('before', 'before', 'before', 'before')
    writer.add(fact())
    await writer.close()
    expect(logged.at(-1)).toBe('audit_entries_lost')
    expect(store.entries).toEqual([])
  })
})

describe('a fact somebody waits for', () => {
  it('is on disk when they go on, with everything before it', async () => {
    const { writer, outcomes, fact } = setUp()
    writer.add(fact({ outcome: 'a' }))
    await writer.write(fact({ outcome: 'b' }))
    expect(outcomes()).toEqual(['a', 'b'])
  })

  it('is refused when it cannot be written, and never written later', async () => {
    const { writer, store, outcomes, fact } = setUp()
    store.faults.push('before')
    await expect(writer.write(fact({ outcome: 'a' }))).rejects.toThrow('The disk is full.')
    await writer.write(fact({ outcome: 'b' }))
    expect(outcomes()).toEqual(['b'])
  })

  it('is written for each of many, in few statements', async () => {
    const { writer, store, fact, verify } = setUp()
    await Promise.all(Array.from({ length: 100 }, () => writer.write(fact())))
    expect(store.entries).toHaveLength(100)
    expect(store.appends).toBeLessThan(10)
    expect(await verify()).toMatchObject({ ok: true, entries: 100 })
  })
})
