import { describe, expect, it } from 'vitest'
import {
  type AuditEntry,
  type AuditFact,
  type ChainHead,
  chainAfter,
  GENESIS,
} from '../../../src/access/audit-chain.ts'
import { createAuditWriter } from '../../../src/access/audit-writer.ts'
import { createVerifyAudit } from '../../../src/access/verify-audit.ts'
import { createFakeClock } from '../../support/fake-clock.ts'
import type { Stores } from '../contract.ts'
import { inSeconds, NOW } from './samples.ts'

/** The audit chain: it grows at its end, whoever writes, and reads back as it was hashed. */
export function auditContract(stores: Stores): void {
  const clock = { sleep: async () => {} }
  const mark = { read: async () => GENESIS, begin: async () => {}, moveTo: async () => {} }

  describe('the audit chain', () => {
    it('reads back exactly as it was hashed', async () => {
      const { store, other } = stores()
      const facts = [aFact(), aFact({ openId: null, appId: null, detail: {} })]
      const entries = chained(GENESIS, facts)
      expect(await store.audit.append(entries)).toBe(2)
      expect(await other.audit.list({ limit: 9 })).toEqual(entries)
      expect(await other.audit.head()).toEqual(headOf(entries))
      const verify = createVerifyAudit({ store: other.audit, mark, clock })
      expect(await verify()).toEqual({ ok: true, head: headOf(entries), entries: 2 })
    })

    it('has no head while it is empty', async () => {
      expect(await stores().store.audit.head()).toBeNull()
    })

    it('takes no second entry with a number, nor any that comes with it', async () => {
      const { store, other } = stores()
      const first = chained(GENESIS, [aFact()])
      await store.audit.append(first)
      const late = chained(GENESIS, [aFact({ outcome: 'late' }), aFact()])
      expect(await other.audit.append(late)).toBe(0)
      expect(await other.audit.list({ limit: 9 })).toEqual(first)
    })

    it('takes a long list in parts', async () => {
      const { store } = stores()
      const entries = chained(
        GENESIS,
        Array.from({ length: 300 }, () => aFact()),
      )
      const written = await store.audit.append(entries)
      expect(written).toBeGreaterThan(100)
      expect(await store.audit.append(entries.slice(written))).toBeGreaterThan(0)
    })

    it('is read by person, by time and in pages', async () => {
      const { store } = stores()
      const entries = chained(GENESIS, [
        aFact({ openId: 'ou_a' }),
        aFact({ openId: 'ou_b', at: inSeconds(1) }),
        aFact({ openId: 'ou_a', at: inSeconds(2) }),
      ])
      for (let left = entries; left.length > 0; ) {
        left = left.slice(await store.audit.append(left))
      }
      const [first, second, third] = entries
      expect(await store.audit.list({ openId: 'ou_a', limit: 9 })).toEqual([first, third])
      expect(await store.audit.list({ since: inSeconds(1), limit: 9 })).toEqual([second, third])
      expect(await store.audit.list({ after: 1, limit: 1 })).toEqual([second])
    })

    it('keeps one mark, which is replaced by whoever has read it', async () => {
      const { store, other } = stores()
      expect(await store.audit.mark()).toBeNull()
      const first = await Promise.all([
        store.audit.keepMark('a', null),
        other.audit.keepMark('b', null),
      ])
      expect(first.sort()).toEqual([false, true])
      const kept = (await store.audit.mark()) ?? ''
      expect(await other.audit.keepMark('c', 'another')).toBe(false)
      expect(await other.audit.keepMark('c', kept)).toBe(true)
      expect(await store.audit.mark()).toBe('c')
    })

    it('stays one chain when two instances write at once', async () => {
      const { store, other } = stores()
      const writers = [store, other].map((each) =>
        createAuditWriter({ store: each.audit, mark, clock: createFakeClock(), log: () => {} }),
      )
      const facts = Array.from({ length: 60 }, (_, index) => aFact({ outcome: `o${index}` }))
      await Promise.all(facts.map((fact, index) => writers[index % 2]?.write(fact)))
      const verify = createVerifyAudit({ store: store.audit, mark, clock })
      expect(await verify()).toMatchObject({ ok: true, entries: 60 })
      const outcomes = (await store.audit.list({ limit: 100 })).map(({ outcome }) => outcome)
      expect(outcomes.sort()).toEqual(facts.map(({ outcome }) => outcome).sort())
    })
  })
}

function aFact(changes: Partial<AuditFact> = {}): AuditFact {
  return {
    at: NOW,
    actor: 'key:calendar-bot',
    action: 'token_read',
    outcome: 'done',
    appId: 'cli_a',
    openId: 'ou_lin',
    detail: {
      scopes: ['b', 'a'],
      request_id: 'r-1',
      count: 2,
      known: true,
      nothing: null,
      é: '“中”',
    },
    ...changes,
  }
}

function chained(head: ChainHead, facts: readonly AuditFact[]): AuditEntry[] {
  let last = head
  return facts.map((fact) => {
    const entry = chainAfter(last, fact)
    last = entry
    return entry
  })
}

function headOf(entries: readonly AuditEntry[]): ChainHead | undefined {
  const last = entries.at(-1)
  return last && { sequence: last.sequence, hash: last.hash }
}
