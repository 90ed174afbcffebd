import type { IncomingHttpHeaders } from 'node:http'
import type { RequestHandler } from 'express'
import type { Access } from '../../access/access.ts'
import type { Callers } from '../../access/callers.ts'
import type { Client } from '../../access/clients.ts'
import { HttpProblem } from '../problem.ts'
import type { FailureLimit } from '../rate-limits.ts'
import { type Answering, factsOf } from '../request-facts.ts'

const BEARER = /^Bearer +([\x21-\x7e]{1,512})$/i

/**
 * Creates the guard of `/v1`: a known API key as a bearer token (RFC 6750 §2.1), or 401. Wrong keys make their address wait, and
 * right ones that nobody could have guessed pass all the same.
 */
export function authenticate(
  { clients, callers }: Pick<Access, 'clients' | 'callers'>,
  failures: FailureLimit,
): RequestHandler {
  return async (request, response, next) => {
    const secret = bearerOf(request.headers)
    const secondsLeft = await failures.secondsLeft(request)
    const client = secret === null ? null : await find(secret, secondsLeft > 0)
    if (client === null) {
      if (secondsLeft > 0) throw failures.refusal(response, secondsLeft)
      await failures.count(request, response)
      throw unauthenticated()
    }
    admit(client, response, callers, next)
  }

  function find(secret: string, isLimited: boolean): Promise<Client | null> {
    return isLimited ? clients.findUnguessable(secret) : clients.find(secret)
  }
}

/** The answer to whoever has no key, or no longer. */
export function unauthenticated(): HttpProblem {
  return new HttpProblem('unauthenticated', 'Send Authorization: Bearer <API key>.', {
    headers: { 'www-authenticate': 'Bearer realm="feishu-card-auth"' },
  })
}

/** The secret of a bearer token; null when there is none that could be a key. */
export function bearerOf({ authorization = '' }: IncomingHttpHeaders): string | null {
  return BEARER.exec(authorization)?.[1] ?? null
}

/** Lets a client in: what follows is done for them. */
export function admit(
  client: Client,
  response: Answering,
  callers: Pick<Callers, 'as'>,
  work: () => void,
): void {
  factsOf(response).client = client.name
  response.locals.client = client
  callers.as(`key:${client.name}`, work)
}

/** Who sent the request that this response answers; the guard has let them in. */
export function clientOf(response: Answering): Client {
  return response.locals.client
}
