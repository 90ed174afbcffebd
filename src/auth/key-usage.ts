/** How many of something each key has sealed; a null id stands for two keys, or one not known. */
export type CountByKey = readonly { keyId: string | null; count: number }[]

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

/** Lays the counts beside the key ring: its keys in their order, then those that are not in it. */
export function keyUsage(
  ring: readonly string[],
  grants: CountByKey,
  revocations: CountByKey = [],
): KeyUsage[] {
  const counted = [...grants, ...revocations].map(({ keyId }) => keyId)
  const others = new Set(counted.filter((keyId) => keyId === null || !ring.includes(keyId)))
  return [...ring, ...others].map((keyId) => ({
    keyId,
    grants: countOf(grants, keyId),
    revocations: countOf(revocations, keyId),
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
