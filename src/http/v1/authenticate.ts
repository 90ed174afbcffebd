import { timingSafeEqual } from 'node:crypto'
import type { RequestHandler } from 'express'
import { hashSecret } from '../../auth/one-time-secret.ts'
import type { ApiKey } from '../http-neighbours.ts'
import { HttpProblem } from '../problem.ts'
import type { FailureLimit } from '../rate-limits.ts'
import { factsOf } from '../request-facts.ts'

const BEARER = /^Bearer +([\x21-\x7e]{1,512})$/i

/** Creates the guard of `/v1`: a known API key as a bearer token (RFC 6750 §2.1), or 401. */
export function authenticate(apiKeys: readonly ApiKey[], failures: FailureLimit): RequestHandler {
  const keys = apiKeys.map(({ name, secretHash }) => ({ name, hash: Buffer.from(secretHash) }))

  return async (request, response, next) => {
    await failures.check(request, response)
    const secret = BEARER.exec(request.get('authorization') ?? '')?.[1]
    const client = secret === undefined ? null : findClient(Buffer.from(hashSecret(secret)))
    if (client === null) {
      await failures.count(request, response)
      throw new HttpProblem('unauthenticated', 'Send Authorization: Bearer <API key>.', {
        headers: { 'www-authenticate': 'Bearer realm="feishu-card-auth"' },
      })
    }
    factsOf(response).client = client
    next()
  }

  /** Looks at every key whatever it finds, so that the time tells nothing. */
  function findClient(hash: Buffer): string | null {
    let found: string | null = null
    for (const key of keys) {
      if (key.hash.length === hash.length && timingSafeEqual(key.hash, hash)) found = key.name
    }
    return found
  }
}
