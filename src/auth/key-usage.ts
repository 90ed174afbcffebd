/** How many grants one key holds, and what the key ring says of it; a null id stands for two keys, or one not known. */
export type KeyUsage = {
  keyId: string | null
  grants: number
  standing: 'seals' | 'opens' | 'missing' | 'unknown'
}

/** Lays the counts beside the key ring: its keys in their order, then those that are not in it. */
export function keyUsage(
  ring: readonly string[],
  counts: readonly { keyId: string | null; count: number }[],
): KeyUsage[] {
  const grantsOf = (id: string) => counts.find(({ keyId }) => keyId === id)?.count ?? 0
  const inRing = ring.map(
    (keyId, place): KeyUsage => ({
      keyId,
      grants: grantsOf(keyId),
      standing: place === 0 ? 'seals' : 'opens',
    }),
  )
  const others = counts
    .filter(({ keyId }) => keyId === null || !ring.includes(keyId))
    .map(
      ({ keyId, count }): KeyUsage => ({
        keyId,
        grants: count,
        standing: keyId === null ? 'unknown' : 'missing',
      }),
    )
  return [...inRing, ...others]
}
