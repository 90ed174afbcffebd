import { hash as digest } from 'node:crypto'
import type { Actor } from './callers.ts'

/** One kind of thing that is recorded. */
export type AuditAction =
  | 'token_read'
  | 'token_refreshed'
  | 'token_revoked'
  | 'session_asked'
  | 'session_read'
  | 'session_invalidated'
  | 'authorization_completed'
  | 'authorization_rejected'
  | 'authorization_failed'
  | 'api_key_created'
  | 'api_key_revoked'
  | 'keys_rotated'
  | 'database_restored'
  | 'entries_lost'

/** Facts beside the usual ones; whole numbers, and never a secret. */
export type AuditDetail = Readonly<
  Record<string, string | number | boolean | null | readonly string[]>
>

/** One thing that somebody did, before it has its place in the chain. */
export type AuditFact = {
  at: Date
  actor: Actor
  action: AuditAction
  /** `done`, `forbidden`, or why it failed. */
  outcome: string
  appId: string | null
  openId: string | null
  detail: AuditDetail
}

/** One entry of the chain. */
export type AuditEntry = AuditFact & {
  /** 1 for the first; no number is ever left out. */
  sequence: number
  previousHash: string
  /** SHA-256 of the entry and of the hash before it, in hex: base64url has the shape of our secrets, which the log masks. */
  hash: string
}

/** The last entry of a chain, or of a part of it that was looked at. */
export type ChainHead = Pick<AuditEntry, 'sequence' | 'hash'>

/** What stands before the first entry. */
export const GENESIS: ChainHead = { sequence: 0, hash: 'genesis' }

/** Gives a fact its place behind the head. */
export function chainAfter(head: ChainHead, fact: AuditFact): AuditEntry {
  const entry = { ...fact, sequence: head.sequence + 1, previousHash: head.hash }
  return { ...entry, hash: hashOf(entry) }
}

/** The hash of an entry: of every field in a fixed order, with the names of the detail sorted. */
export function hashOf(entry: Omit<AuditEntry, 'hash'>): string {
  const { sequence, at, actor, action, outcome, appId, openId, detail, previousHash } = entry
  const facts = Object.entries(detail).sort(([a], [b]) => (a < b ? -1 : 1))
  const canonical = [
    ...[sequence, at.toISOString(), actor, action, outcome, appId, openId],
    ...[facts, previousHash],
  ]
  return digest('sha256', JSON.stringify(canonical), 'hex')
}
