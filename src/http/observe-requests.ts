import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { RequestHandler } from 'express'
import { CardAuthError } from '../errors.ts'
import type { HttpNeighbours, RequestTrace } from './http-neighbours.ts'
import { feishuFactsOf } from './problem-of-error.ts'
import { type Answering, beginFacts, factsOf } from './request-facts.ts'

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
/** The header that tells a caller the id of their request. */
export const REQUEST_ID = 'X-Request-Id'
const PROBES = new Set(['/livez', '/readyz', '/startupz'])
/** What probes are there to hear; `readiness_changed` tells it once. */
const NOT_READY = 503
/** The caller left before the answer; nginx's number for it. */
const CLIENT_LEFT = 499

type Neighbours = Pick<HttpNeighbours, 'log' | 'observeRequest' | 'traceRequest'>

/** Watches over one request, whose answer is worked on meanwhile. */
export type Observe = (
  request: { method: string; path: string; headers: IncomingHttpHeaders },
  response: ServerResponse & Answering,
  work: () => void,
) => void

/** Creates the middleware that observes every request, and tells its caller the id it has in the log. */
export function observeRequests(neighbours: Neighbours): RequestHandler {
  const observe = createObserve(neighbours)
  return (request, response, next) =>
    observe(request, response, () => {
      response.set(REQUEST_ID, factsOf(response).requestId)
      next()
    })
}

/**
 * Creates what writes one log line and one observation for each request, by route pattern and never by path.
 *
 * A failure is told once: where its cause was met, or here when nobody has.
 */
export function createObserve({
  log,
  observeRequest,
  traceRequest = withoutTrace,
}: Neighbours): Observe {
  return (request, response, work) => {
    const startedAt = performance.now()
    const facts = beginFacts(request.headers, response)
    const trace = traceRequest(facts.requestId, request)
    response.on('close', () => {
      const { endpoint, requestId, client, sessionId, page, error } = facts
      const method = METHODS.has(request.method) ? request.method : 'other'
      const statusCode = response.writableFinished ? response.statusCode : CLIENT_LEFT
      const seconds = (performance.now() - startedAt) / 1000
      const observed = { method, endpoint, statusCode, seconds }
      observeRequest(observed)
      trace.end?.(observed)
      const isError = statusCode >= 500
      const isProbe = PROBES.has(endpoint) && (!isError || statusCode === NOT_READY)
      const level = isProbe ? 'debug' : isError && !trace.isTold() ? 'error' : 'info'
      log(level, isError ? 'http_error' : 'http_request', {
        request_id: requestId,
        method,
        endpoint,
        status_code: statusCode,
        duration_ms: Math.round(seconds * 1000),
        ...(client === null ? {} : { client }),
        ...(sessionId === null ? {} : { session_id: sessionId }),
        ...(page === null ? {} : { page }),
        ...(error === null ? {} : describeError(error, isError)),
      })
    })
    trace.run(work)
  }
}

function withoutTrace(): RequestTrace {
  return { run: (work) => work(), isTold: () => false }
}

/** A foreign error's message may quote what it choked on, so only its name and its stack frames are kept. */
function describeError(error: unknown, isError: boolean): Record<string, unknown> {
  if (!(error instanceof Error)) return { error_name: typeof error }
  const cause = error.cause instanceof Error ? { cause_name: error.cause.name } : {}
  if (error instanceof CardAuthError) {
    return { error_name: error.name, code: error.code, ...cause, ...feishuFactsOf(error) }
  }
  const frames = error.stack?.split('\n').filter((line) => line.startsWith('    at ')) ?? []
  return { error_name: error.name, ...cause, ...(isError ? { stack: frames.join('\n') } : {}) }
}
