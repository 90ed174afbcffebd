import { AsyncLocalStorage } from 'node:async_hooks'
import type { Actor, Callers } from './access/callers.ts'
import type { Log } from './auth/ports.ts'
import type { RequestTrace } from './http/http-neighbours.ts'

/** Ties everything done for a request to its id and its caller, however deep and however late it happens. */
export interface RequestScope {
  /** Begins the trace of a request. */
  begin(requestId: string): RequestTrace
  /** The id of the request that is being worked for. */
  requestId(): string | null
  /** A log that adds the `request_id` to each line written for a request. */
  stamp(log: Log): Log
  /** For whom the work is done, with a request or without one. */
  callers: Callers
}

type Work = { request: { id: string; isTold: boolean } | null; actor: Actor }

const KEY = 'key:'

/**
 * Creates the scope of the requests of one server; `otherwise` is who works unbidden.
 *
 * Both are in one storage: each costs every promise of the process something.
 */
export function createRequestScope(otherwise: Actor = 'service'): RequestScope {
  const storage = new AsyncLocalStorage<Work>()
  const current = () => storage.getStore()?.actor ?? otherwise
  return {
    begin(id) {
      const request = { id, isTold: false }
      return {
        run: (work) => storage.run({ request, actor: current() }, work),
        isTold: () => request.isTold,
      }
    },
    requestId: () => storage.getStore()?.request?.id ?? null,
    stamp: (log) => (level, event, fields) => {
      const request = storage.getStore()?.request ?? null
      if (request === null) return log(level, event, fields)
      if (level === 'warn' || level === 'error') request.isTold = true
      log(level, event, { request_id: request.id, ...fields })
    },
    callers: {
      as(actor, work) {
        const request = storage.getStore()?.request ?? null
        return storage.run({ request, actor }, work)
      },
      current,
      apiKey() {
        const actor = current()
        return actor.startsWith(KEY) ? actor.slice(KEY.length) : null
      },
    },
  }
}
