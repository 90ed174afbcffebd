/**
 * An answer of the API in the spelling of JavaScript: `session_id` becomes `sessionId`, and what happened `at` an instant a
 * `Date`. Members that a newer service adds come through as well.
 */
export function fromJson(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(fromJson)
  if (typeof json !== 'object' || json === null) return json
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => [
      name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      /(?:^|_)at$/.test(name) && typeof value === 'string' ? new Date(value) : fromJson(value),
    ]),
  )
}
