/** A name for one intent, the same however often it is sent; it must not come twice and need not be secret. */
export function newIdempotencyKey(): string {
  // Node 18 has no global crypto.
  if (typeof crypto !== 'undefined') return crypto.randomUUID()
  return Array.from({ length: 4 }, () => Math.random().toString(36).slice(2)).join('')
}
