import { HttpProblem } from '../problem.ts'

/** The longest key, in characters. */
export const MAX_IDEMPOTENCY_KEY = 255

const VISIBLE = /^[\x21-\x7e]{1,255}$/
const QUOTED = /^"((?:[^"\\]|\\["\\])*)"$/

/**
 * Reads the `Idempotency-Key` header: a string in quotes as the draft writes it (RFC 8941 §3.3.3), or the bare key; null without one.
 * @throws {HttpProblem} `invalid_request` when it is not 1 to 255 visible ASCII characters.
 */
export function readIdempotencyKey(header: string | string[] | undefined): string | null {
  if (header === undefined) return null
  const text = String(header)
  const quoted = QUOTED.exec(text)?.[1]?.replace(/\\(.)/g, '$1')
  const key = quoted ?? text
  if (VISIBLE.test(key)) return key
  const problem = `Must have 1 to ${MAX_IDEMPOTENCY_KEY} visible ASCII characters.`
  throw new HttpProblem('invalid_request', 'The Idempotency-Key is not valid.', {
    fields: [{ field: 'Idempotency-Key', problem }],
  })
}
