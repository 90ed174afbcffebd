import type { Clock } from '../auth/ports.ts'
import { type AuditEntry, type ChainHead, GENESIS, hashOf } from './audit-chain.ts'
import type { AuditMark } from './audit-mark.ts'
import type { AuditStore } from './audit-store.ts'

/** What is wrong with the chain: an entry was changed, or one is missing, moved or put in; or the mark of its end is gone. */
export type ChainFault = 'altered' | 'missing' | 'unlinked' | 'unmarked'

/** What a look at the chain came to; `head` is the last entry found right. */
export type ChainVerdict =
  | { ok: true; head: ChainHead; entries: number }
  | { ok: false; head: ChainHead; entries: number; sequence: number; fault: ChainFault }

/**
 * Walks the chain from behind an entry that is known to be right, or from its beginning.
 * Its end is held against the sealed mark, and against `expected`, a head remembered from earlier; with that one, a mark that is gone
 * is no fault.
 */
export type VerifyAudit = (range?: {
  from?: ChainHead
  expected?: ChainHead
}) => Promise<ChainVerdict>

const PAGE = 500

/** Creates the check of the chain; it reads in pages and lets go of the event loop in between. */
export function createVerifyAudit({
  store,
  mark,
  clock,
}: {
  store: Pick<AuditStore, 'list'>
  mark: Pick<AuditMark, 'read'>
  clock: Pick<Clock, 'sleep'>
}): VerifyAudit {
  return async ({ from = GENESIS, expected } = {}) => {
    let head = from
    const marked = await mark.read()
    const heads = [expected, typeof marked === 'string' ? undefined : marked]
    let entries = 0
    const verdict = (fault: ChainFault, sequence: number): ChainVerdict => ({
      ...{ ok: false, head, entries, sequence, fault },
    })
    if (from.sequence > 0 && !(await stands(from))) return verdict('altered', from.sequence)
    for (;;) {
      const page = await store.list({ after: head.sequence, limit: PAGE })
      for (const entry of page) {
        const fault =
          faultOf(entry, head) ?? (heads.some((known) => isOther(entry, known)) ? 'altered' : null)
        if (fault === 'missing') return verdict(fault, head.sequence + 1)
        if (fault) return verdict(fault, entry.sequence)
        head = { sequence: entry.sequence, hash: entry.hash }
        entries++
      }
      if (page.length < PAGE) break
      await clock.sleep(0)
    }
    const isCut = heads.some((known) => known && head.sequence < known.sequence)
    if (isCut) return verdict('missing', head.sequence + 1)
    if (typeof marked === 'string' && head.sequence > 0 && !expected) {
      return verdict('unmarked', head.sequence)
    }
    return { ok: true, head, entries }
  }

  /** The entry from which the walk begins must still be what it was. */
  async function stands({ sequence, hash }: ChainHead): Promise<boolean> {
    const [entry] = await store.list({ after: sequence - 1, limit: 1 })
    return entry?.sequence === sequence && entry.hash === hash && hashOf(entry) === hash
  }
}

function faultOf(entry: AuditEntry, before: ChainHead): ChainFault | null {
  if (entry.sequence !== before.sequence + 1) return 'missing'
  if (hashOf(entry) !== entry.hash) return 'altered'
  return entry.previousHash === before.hash ? null : 'unlinked'
}

function isOther({ sequence, hash }: AuditEntry, expected: ChainHead | undefined): boolean {
  return expected?.sequence === sequence && expected.hash !== hash
}
