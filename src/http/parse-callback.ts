import { z } from 'zod'
import type { Callback } from '../auth/complete-authorization.ts'

/** Printable ASCII: what RFC 6749 appendix A allows for these values; a NUL is not, nor a list. */
const printable = (longest: number) =>
  z
    .string()
    .max(longest)
    .regex(/^[\x20-\x7e]+$/)
const absent = z.undefined().optional()
/** RFC 9207; who sends none is not worse off. */
const iss = printable(256).optional()

const codeCallback = z
  .object({ code: printable(2048), state: printable(256), error: absent, iss })
  .transform(({ code, state, iss }) => ({ kind: 'code' as const, code, state, issuer: iss }))
const errorCallback = z
  .object({ error: printable(128), state: printable(256), code: absent, iss })
  .transform(({ error, state, iss }) => ({ kind: 'error' as const, error, state, issuer: iss }))
const callback = z.union([errorCallback, codeCallback])

/** Parses the query of Feishu's redirect (RFC 6749 §4.1.2); whatever is not exactly one of its two forms is malformed. */
export function parseCallback(query: unknown, browserSecret: unknown, path: string): Callback {
  const parsed = callback.safeParse(query)
  return parsed.success ? { ...parsed.data, browserSecret, path } : { kind: 'malformed' }
}
