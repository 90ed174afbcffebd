import type { ErrorRequestHandler, Response } from 'express'
import { PROBLEMS } from './problem.ts'
import { problemOfError } from './problem-of-error.ts'
import { factsOf } from './request-facts.ts'

/** Creates the last error handler: every error leaves as `application/problem+json` (RFC 9457). */
export function sendProblems(): ErrorRequestHandler {
  return (error, _request, response, next) => {
    factsOf(response).error = error
    // An answer that has begun cannot be taken back; Express closes the connection.
    if (response.headersSent) return next(error)
    sendProblem(response, error)
  }
}

function sendProblem(response: Response, error: unknown): void {
  const { code, detail, members, headers } = problemOfError(error)
  const { status, title } = PROBLEMS[code]
  response
    .status(status)
    .set(headers)
    .type('application/problem+json')
    .send(
      JSON.stringify({
        type: `urn:feishu-card-auth:problem:${code}`,
        title,
        status,
        code,
        detail,
        request_id: factsOf(response).requestId,
        ...members,
      }),
    )
}
