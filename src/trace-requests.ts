import type { TraceRequest } from './http/http-neighbours.ts'
import type { Tracing } from './observability/tracing.ts'
import type { RequestScope } from './request-scope.ts'

/** Ties everything done for a request to its id and to its span. */
export function traceRequests(scope: RequestScope, tracing: Tracing): TraceRequest {
  return (requestId, { path, headers }) => {
    const trace = scope.begin(requestId)
    const span = tracing.begin({ requestId, path, headers })
    return {
      run: (work) => trace.run(() => span.run(work)),
      isTold: trace.isTold,
      end: span.end,
    }
  }
}
