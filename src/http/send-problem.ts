import type { ErrorRequestHandler, Response } from 'express'
import { TooManyCardsError } from '../errors.ts'
import type { HttpNeighbours } from './http-neighbours.ts'
import { PROBLEMS } from './problem.ts'
import { problemOfError } from './problem-of-error.ts'
import { factsOf } from './request-facts.ts'

/** A problem as it leaves (RFC 9457). */
export type ProblemReply = { status: number; headers: Record<string, string>; body: object }

/** Creates the last error handler: every error leaves as `application/problem+json` (RFC 9457). */
export function sendProblems({
  onRateLimited,
}: Pick<HttpNeighbours, 'onRateLimited'>): ErrorRequestHandler {
  return (error, _request, response, next) => {
    const { endpoint } = factsOf(response)
    factsOf(response).error = error
    if (error instanceof TooManyCardsError && endpoint !== 'unmatched') onRateLimited(endpoint)
    // An answer that has begun cannot be taken back; Express closes the connection.
    if (response.headersSent) return next(error)
    const { status, headers, body } = describeProblem(error, factsOf(response).requestId)
    sendProblem(response.status(status).set(headers), body)
  }
}

/** Says what a caller may know of an error. */
export function describeProblem(error: unknown, requestId: string): ProblemReply {
  const { code, detail, members, headers } = problemOfError(error)
  const { status, title } = PROBLEMS[code]
  const type = `urn:feishu-card-auth:problem:${code}`
  const body = { type, title, status, code, detail, request_id: requestId, ...members }
  return { status, headers, body }
}

/** Sends the body of a problem under its media type. */
export function sendProblem(response: Response, body: object): void {
  response.type('application/problem+json').send(JSON.stringify(body))
}
