import { randomUUID } from 'node:crypto'
import type { Request, Response } from 'express'
import type { Endpoint } from './endpoints.ts'

/** What is learned about a request on its way, for its log line and its metrics. */
export type RequestFacts = {
  requestId: string
  endpoint: Endpoint | 'unmatched'
  /** The name of the API key, never the key. */
  client: string | null
  sessionId: string | null
  /** Which page was shown. */
  page: string | null
  error: unknown
}

const SAFE_ID = /^[A-Za-z0-9_-]{8,64}$/

/** Begins the facts of a request; an `X-Request-Id` that could not do harm in a log or a page is kept. */
export function beginFacts(request: Request, response: Response): RequestFacts {
  const given = request.get('x-request-id')
  const facts: RequestFacts = {
    requestId: given && SAFE_ID.test(given) ? given : newId(),
    endpoint: 'unmatched',
    client: null,
    sessionId: null,
    page: null,
    error: null,
  }
  response.locals.facts = facts
  response.set('X-Request-Id', facts.requestId)
  return facts
}

/** Node keeps random bytes ready for UUIDs, and asks the system for any others each time. */
function newId(): string {
  return randomUUID().replaceAll('-', '').slice(0, 20)
}

/** The facts of the request that this response answers. */
export function factsOf(response: Response): RequestFacts {
  return response.locals.facts
}
