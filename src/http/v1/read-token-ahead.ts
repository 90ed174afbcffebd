import type { IncomingMessage, ServerResponse } from 'node:http'
import { parse as parseQuery } from 'node:querystring'
import type { HttpNeighbours } from '../http-neighbours.ts'
import { createObserve, REQUEST_ID } from '../observe-requests.ts'
import { type Answering, factsOf } from '../request-facts.ts'
import { headersOfAnswers } from '../security-headers.ts'
import { describeProblem, type ProblemReply } from '../send-problem.ts'
import { admit, bearerOf } from './authenticate.ts'
import { createGate } from './gate.ts'
import { createReadToken } from './read-token.ts'

/** Answers a request, or leaves it untouched and tells so. */
export type Ahead = (request: IncomingMessage, response: ServerResponse) => boolean

type Neighbours = Pick<
  HttpNeighbours,
  'auth' | 'access' | 'log' | 'traceRequest' | 'observeRequest' | 'onTokenDenied'
>

/** What the route of Express would match, less what has to be decoded. */
const TARGET = /^(\/v1\/tokens\/([\w-]+))(?:\?(.*))?$/

/**
 * Creates what answers `GET /v1/tokens/{open_id}` ahead of Express, whose own share of so short a request is most of it.
 *
 * It takes only what is plain, and from callers who are known without a look at the database; whatever else comes by goes
 * through Express. The steps are the same, made of the same parts: see {@link createReadToken}.
 */
export function createReadTokenAhead(neighbours: Neighbours): Ahead {
  const { auth, access, onTokenDenied } = neighbours
  const observe = createObserve(neighbours)
  const gate = createGate({ apps: auth.apps, ...access, onTokenDenied })
  const readToken = createReadToken({ auth, gate })
  const always = headersOfAnswers(auth.apps).flat()

  return (request, bare) => {
    const target = request.method === 'GET' ? TARGET.exec(request.url ?? '') : null
    if (!target || hasBody(request)) return false
    const secret = bearerOf(request.headers)
    const client = secret === null ? null : access.clients.known(secret)
    if (!client) return false
    const [, path = '', openId, query = ''] = target
    const { headers } = request
    const response = Object.assign(bare, { locals: {} })
    observe({ method: 'GET', path, headers }, response, () => {
      factsOf(response).endpoint = '/v1/tokens/{open_id}'
      const work = () => void answer(response, { open_id: openId }, parseQuery(query))
      admit(client, response, access.callers, work)
    })
    return true
  }

  async function answer(
    response: ServerResponse & Answering,
    params: unknown,
    query: unknown,
  ): Promise<void> {
    const { status, headers, body } = await reply(response, params, query)
    const text = JSON.stringify(body)
    const own = { ...headers, 'Content-Length': String(Buffer.byteLength(text)) }
    const id = factsOf(response).requestId
    response.writeHead(status, [...always, REQUEST_ID, id, ...Object.entries(own).flat()])
    response.end(text)
  }

  async function reply(
    response: Answering,
    params: unknown,
    query: unknown,
  ): Promise<ProblemReply> {
    try {
      const body = await readToken(response, params, query)
      return { status: 200, headers: { 'Content-Type': 'application/json; charset=utf-8' }, body }
    } catch (error) {
      const facts = factsOf(response)
      facts.error = error
      const { status, headers, body } = describeProblem(error, facts.requestId)
      const type = { 'Content-Type': 'application/problem+json; charset=utf-8' }
      return { status, headers: { ...type, ...headers }, body }
    }
  }
}

/** A GET with a body is read, and refused where it is no JSON, by the route of Express. */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined
}
