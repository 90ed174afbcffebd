import type { SealCounts, SealedCount } from './seals.ts'

/** How many of something each key has sealed. */
export type CountByKey = readonly SealedCount[]

/**
 * How many grants one key holds, and how many revocations that Feishu is yet to be told of, and what the key ring says of it; a
 * null id stands for two keys, or one not known.
 */
export type KeyUsage = {
  keyId: string | null
  grants: number
  revocations: number
  standing: 'seals' | 'opens' | 'missing' | 'unknown'
}

/** Everything that one key holds. */
export type KeyHoldings = KeyUsage & {
  /** Cards that wait. */
  cards: number
  /** Sign-ins under way. */
  signIns: number
  /** Answers that may be asked for again. */
  answers: number
}

const NOTHING_ELSE: SealCounts = { tickets: [], verifiers: [], replies: [] }

/** Lays the counts beside the key ring: its keys in their order, then those that are not in it. */
export function keyUsage(
  ring: readonly string[],
  grants: CountByKey,
  revocations: CountByKey = [],
): KeyUsage[] {
  return keyHoldings(ring, { grants, revocations, ...NOTHING_ELSE }).map(
    ({ keyId, grants, revocations, standing }) => ({ keyId, grants, revocations, standing }),
  )
}

/** Lays all counts beside the key ring, in the same order. */
export function keyHoldings(
  ring: readonly string[],
  counts: SealCounts & { grants: CountByKey; revocations: CountByKey },
): KeyHoldings[] {
  const { grants, revocations, tickets, verifiers, replies } = counts
  const counted = [grants, revocations, tickets, verifiers, replies].flat()
  const others = counted
    .map(({ keyId }) => keyId)
    .filter((keyId) => keyId === null || !ring.includes(keyId))
  return [...ring, ...new Set(others)].map((keyId) => ({
    keyId,
    grants: countOf(grants, keyId),
    revocations: countOf(revocations, keyId),
    cards: countOf(tickets, keyId),
    signIns: countOf(verifiers, keyId),
    answers: countOf(replies, keyId),
    standing: standingOf(ring, keyId),
  }))
}

function countOf(counts: CountByKey, id: string | null): number {
  return counts.find(({ keyId }) => keyId === id)?.count ?? 0
}

function standingOf(ring: readonly string[], keyId: string | null): KeyUsage['standing'] {
  if (keyId === null) return 'unknown'
  if (keyId === ring[0]) return 'seals'
  return ring.includes(keyId) ? 'opens' : 'missing'
}
