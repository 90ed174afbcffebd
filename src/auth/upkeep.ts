import type { FinishedReason, SetbackReason } from './refresh-outcome.ts'

/** Whose grant; the identity of its row. */
export type GrantKey = { appId: string; openId: string }

/** How far the upkeep of a grant has come to an end, and for which version of it: a newer consent makes it moot. */
export type GrantMark = {
  status: 'ambiguous' | 'reauth_required' | 'revoked'
  reason: FinishedReason | 'ambiguous' | null
  version: number
  at: Date
}

/** The right to refresh one grant: whoever holds it may, and the fence tells a late holder from the present one. */
export type Lease = { owner: string; fence: number; until: Date }

/** Everything about a grant that keeps it alive; it never holds a token. */
export type Upkeep = GrantKey & {
  mark: GrantMark | null
  /** When a caller last asked for the token, to the hour. */
  lastUsedAt: Date | null
  /** When the scheduler next looks at the grant; null when there is nothing to refresh. */
  dueAt: Date | null
  lease: Lease | null
  /** A refresh token of this version was about to be presented at that time; settled intents are forgotten. */
  intent: { version: number; at: Date; probes: number } | null
  /** Setbacks in a row. */
  failures: number
  /** No try before this instant, unless somebody insists. */
  coolUntil: Date | null
  coolReason: SetbackReason | null
  /** The version whose refresh token may be spent although Feishu answered: with trouble of its own. */
  doubtedVersion: number | null
}

/** How a lease is given back. */
export type LeaseResult = {
  /** `open` keeps the intent: the next holder must know that a token may be spent. */
  intent: 'open' | 'settled'
  failures: number
  coolUntil: Date | null
  coolReason: SetbackReason | null
  /** Undefined leaves the doubt as it is; a newer version makes it moot. */
  doubtedVersion?: number | undefined
  /** Undefined leaves the mark as it is. */
  mark?: GrantMark | null | undefined
  /** Undefined leaves the schedule as it is. */
  dueAt?: Date | null | undefined
}

/** Leases, intents, marks and schedules on disk; every change is one guarded statement. */
export interface UpkeepStore {
  find(key: GrantKey): Promise<Upkeep | null>
  /** Takes the lease when it is free or has run out, with the next fence; null when another holds it. */
  claim(key: GrantKey, owner: string, now: Date, until: Date): Promise<Upkeep | null>
  /** Extends a lease that is still this holder's; false when it is lost. */
  renew(key: GrantKey, lease: Lease, until: Date): Promise<boolean>
  /** Commits the intent to present a refresh token, before it is presented; false when the lease is lost. */
  openIntent(key: GrantKey, lease: Lease, intent: NonNullable<Upkeep['intent']>): Promise<boolean>
  /** Gives the lease back with what came of it; false when it was lost, and then nothing changes. */
  release(key: GrantKey, lease: Lease, result: LeaseResult): Promise<boolean>
  /** Marks a grant without a lease, for a revocation told from outside. */
  mark(key: GrantKey, mark: GrantMark): Promise<void>
  /** Sets when the scheduler looks next; creates the row. */
  schedule(key: GrantKey, dueAt: Date | null, lastUsedAt?: Date): Promise<void>
  /** Notes that these grants are in use, each at most once, and sets when the scheduler looks next; creates the rows. */
  noteUses(uses: readonly (GrantKey & { dueAt: Date | null })[], lastUsedAt: Date): Promise<void>
  /** Takes up to `limit` due grants until `until`, the most overdue first. */
  claimDue(now: Date, until: Date, limit: number): Promise<Upkeep[]>
  /** Grants whose intent was opened before `before`, is not settled, which no pause keeps, and whose holder has vanished by `now`. */
  listOpenIntents(now: Date, before: Date, limit: number): Promise<Upkeep[]>
  /** Schedules up to `limit` consents that have not been scheduled yet; returns how many. Cheap when there are none. */
  adopt(dueAt: Date, limit: number): Promise<number>
  /** Takes back a mark, for this version and reason alone; false when it is another by now. */
  unmark(key: GrantKey, mark: Pick<GrantMark, 'version' | 'reason'>): Promise<boolean>
  /** Forgets everything about a grant that is about to go. */
  delete(key: GrantKey): Promise<void>
  /** Deletes the upkeep of a grant that is gone; a consent given meanwhile keeps its own. */
  deleteOrphan(key: GrantKey): Promise<void>
}
