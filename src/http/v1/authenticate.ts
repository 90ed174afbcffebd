import type { RequestHandler, Response } from 'express'
import type { Access } from '../../access/access.ts'
import type { Client } from '../../access/clients.ts'
import { HttpProblem } from '../problem.ts'
import type { FailureLimit } from '../rate-limits.ts'
import { factsOf } from '../request-facts.ts'

const BEARER = /^Bearer +([\x21-\x7e]{1,512})$/i

/** Creates the guard of `/v1`: a known API key as a bearer token (RFC 6750 §2.1), or 401. */
export function authenticate(
  { clients, callers }: Pick<Access, 'clients' | 'callers'>,
  failures: FailureLimit,
): RequestHandler {
  return async (request, response, next) => {
    await failures.check(request, response)
    const secret = BEARER.exec(request.get('authorization') ?? '')?.[1]
    const client = secret === undefined ? null : await clients.find(secret)
    if (client === null) {
      await failures.count(request, response)
      throw new HttpProblem('unauthenticated', 'Send Authorization: Bearer <API key>.', {
        headers: { 'www-authenticate': 'Bearer realm="feishu-card-auth"' },
      })
    }
    factsOf(response).client = client.name
    response.locals.client = client
    callers.as(`key:${client.name}`, next)
  }
}

/** Who sent the request that this response answers; the guard has let them in. */
export function clientOf(response: Response): Client {
  return response.locals.client
}
