import type { AuditEntry, ChainHead } from './audit-chain.ts'

/** Which entries to read, in the order of the chain. */
export type AuditFilter = {
  /** Only what comes after this sequence number. */
  after?: number | undefined
  openId?: string | undefined
  /** Only what happened then or later. */
  since?: Date | undefined
  limit: number
}

/** The audit chain on disk; nothing changes or removes an entry. */
export interface AuditStore {
  /** The last entry; null when there is none. */
  head(): Promise<ChainHead | null>
  /**
   * Writes the first of these entries, as many as one statement takes and all of them or none; resolves with how many.
   * None means that somebody else has taken the first sequence number: read the head and chain again.
   */
  append(entries: readonly AuditEntry[]): Promise<number>
  list(filter: AuditFilter): Promise<AuditEntry[]>
  /** The sealed mark of how far the chain had come; null when there is none. */
  mark(): Promise<string | null>
  /** Puts a mark in the place of the one that was read, or where there was none; false when another is there by now. */
  keepMark(sealed: string, over: string | null): Promise<boolean>
}
