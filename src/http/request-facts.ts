import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Response } from 'express'
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

/** An answer on its way, with what is kept beside it: Express's, or Node's own given the same place for it. */
export type Answering = Pick<Response, 'locals'>

const SAFE_ID = /^[A-Za-z0-9_-]{8,64}$/

/** Begins the facts of a request; an `X-Request-Id` that could not do harm in a log or a page is kept. */
export function beginFacts(headers: IncomingHttpHeaders, response: Answering): RequestFacts {
  const given = headers['x-request-id']
  const facts: RequestFacts = {
    requestId: typeof given === 'string' && SAFE_ID.test(given) ? given : newId(),
    endpoint: 'unmatched',
    client: null,
    sessionId: null,
    page: null,
    error: null,
  }
  response.locals.facts = facts
  return facts
}

/** Node keeps random bytes ready for UUIDs, and asks the system for any others each time. */
function newId(): string {
  return randomUUID().replaceAll('-', '').slice(0, 20)
}

/** The facts of the request that this response answers. */
export function factsOf(response: Answering): RequestFacts {
  return response.locals.facts
}
