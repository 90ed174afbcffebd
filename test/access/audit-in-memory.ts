import type { AuditEntry } from '../../src/access/audit-chain.ts'
import type { AuditStore } from '../../src/access/audit-store.ts'

/** A chain in memory that a test may tamper with, and that fails or dawdles when told to. */
export type AuditInMemory = AuditStore & {
  entries: AuditEntry[]
  /** What is kept as the mark. */
  sealedMark: string | null
  appends: number
  /** What the next appends do instead: fail before or after they wrote. */
  faults: ('before' | 'after')[]
}

/** Creates an empty chain. */
export function createAuditInMemory(): AuditInMemory {
  const store: AuditInMemory = {
    entries: [],
    sealedMark: null,
    appends: 0,
    faults: [],
    async head() {
      return store.entries.at(-1) ?? null
    },
    async append(entries) {
      store.appends++
      const fault = store.faults.shift()
      if (fault === 'before') throw new Error('The disk is full.')
      const isTaken = entries.some((one) =>
        store.entries.some(({ sequence }) => sequence === one.sequence),
      )
      if (isTaken) return 0
      store.entries.push(...entries)
      if (fault === 'after') throw new Error('The connection was lost.')
      return entries.length
    },
    async list({ after = 0, openId, since, limit }) {
      return store.entries
        .filter(({ sequence }) => sequence > after)
        .filter((entry) => openId === undefined || entry.openId === openId)
        .filter((entry) => since === undefined || entry.at >= since)
        .slice(0, limit)
    },
    mark: async () => store.sealedMark,
    async keepMark(sealed, over) {
      if (store.sealedMark !== over) return false
      store.sealedMark = sealed
      return true
    },
  }
  return store
}
