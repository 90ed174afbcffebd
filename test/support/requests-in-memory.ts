import type {
  IdempotentRequest,
  IdempotentRequestStore,
} from '../../src/access/idempotent-request.ts'

/** Repeatable requests in a map, with the guards of the real store. */
export function createRequestsInMemory(): IdempotentRequestStore & {
  rows: Map<string, IdempotentRequest>
} {
  const rows = new Map<string, IdempotentRequest>()
  const claimed = ({ keyHash, claimedUntil }: { keyHash: string; claimedUntil: Date }) => {
    const row = rows.get(keyHash)
    return row?.claimedUntil.getTime() === claimedUntil.getTime() ? row : null
  }
  return {
    rows,
    async claim(request, forgetBefore) {
      const row = rows.get(request.keyHash)
      const isAbandoned =
        row?.statusCode === null &&
        row.claimedUntil <= request.createdAt &&
        row.fingerprint === request.fingerprint
      if (row && !isAbandoned && row.createdAt >= forgetBefore) return false
      rows.set(request.keyHash, { ...request, statusCode: null, sealedReply: null })
      return true
    },
    find: async (keyHash) => rows.get(keyHash) ?? null,
    async answer(claim, reply) {
      const row = claimed(claim)
      if (!row || row.statusCode !== null) return false
      rows.set(row.keyHash, { ...row, ...reply })
      return true
    },
    async release(claim) {
      if (claimed(claim)) rows.delete(claim.keyHash)
    },
    async deleteCreatedBefore(before, limit) {
      const old = [...rows.values()].filter(({ createdAt }) => createdAt < before).slice(0, limit)
      for (const { keyHash } of old) rows.delete(keyHash)
      return old.length
    },
  }
}
