import type { GrantMark, Upkeep } from '../auth/upkeep.ts'
import type { Schema } from './schema.ts'

type UpkeepRow = Schema['upkeeps']['$inferSelect']

/** Reads a row as the upkeep of a grant. */
export function toUpkeep(row: UpkeepRow): Upkeep {
  const { appId, openId, lastUsedAt, dueAt } = row
  const { failures, coolUntil, coolReason, doubtedVersion } = row
  return {
    appId,
    openId,
    mark: markOf(row),
    lastUsedAt,
    dueAt,
    lease: leaseOf(row),
    intent: intentOf(row),
    failures,
    coolUntil,
    coolReason,
    doubtedVersion,
  }
}

/** Reads the one row of a guarded statement; null when the guard let nothing through. */
export function toUpkeepOrNull([row]: UpkeepRow[]): Upkeep | null {
  return row === undefined ? null : toUpkeep(row)
}

/** Writes a mark as columns; null clears them. */
export function fromMark(mark: GrantMark | null) {
  return {
    markStatus: mark?.status ?? null,
    markReason: mark?.reason ?? null,
    markVersion: mark?.version ?? null,
    markAt: mark?.at ?? null,
  }
}

function markOf({ markStatus, markReason, markVersion, markAt }: UpkeepRow): Upkeep['mark'] {
  if (markStatus === null || markVersion === null || markAt === null) return null
  return { status: markStatus, reason: markReason, version: markVersion, at: markAt }
}

function leaseOf({ leaseOwner, leaseFence, leaseUntil }: UpkeepRow): Upkeep['lease'] {
  if (leaseOwner === null || leaseUntil === null) return null
  return { owner: leaseOwner, fence: leaseFence, until: leaseUntil }
}

function intentOf({ intentVersion, intentAt, intentProbes }: UpkeepRow): Upkeep['intent'] {
  if (intentVersion === null || intentAt === null || intentProbes === null) return null
  return { version: intentVersion, at: intentAt, probes: intentProbes }
}
