import { AsyncLocalStorage } from 'node:async_hooks'
import type { Log } from './auth/ports.ts'
import type { RequestTrace } from './http/http-neighbours.ts'

/** Ties everything done for a request to its id, however deep and however late it happens. */
export interface RequestScope {
  /** Begins the trace of a request. */
  begin(requestId: string): RequestTrace
  /** The id of the request that is being worked for. */
  requestId(): string | null
  /** A log that adds the `request_id` to each line written for a request. */
  stamp(log: Log): Log
}

/** Creates the scope of the requests of one server. */
export function createRequestScope(): RequestScope {
  const storage = new AsyncLocalStorage<{ requestId: string; isTold: boolean }>()
  return {
    begin(requestId) {
      const request = { requestId, isTold: false }
      return { run: (work) => storage.run(request, work), isTold: () => request.isTold }
    },
    requestId: () => storage.getStore()?.requestId ?? null,
    stamp: (log) => (level, event, fields) => {
      const request = storage.getStore()
      if (request === undefined) return log(level, event, fields)
      if (level === 'warn' || level === 'error') request.isTold = true
      log(level, event, { request_id: request.requestId, ...fields })
    },
  }
}
