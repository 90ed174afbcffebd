/** The part of autocannon that the bench uses; the package has no types of its own. */
declare module 'autocannon' {
  import type { EventEmitter } from 'node:events'

  type Request = {
    method: string
    path: string
    headers: Record<string, string>
    body?: string
  }
  type Client = { setRequests(requests: readonly Request[]): void }
  type Result = { errors: number; timeouts: number }
  type Run = EventEmitter & PromiseLike<Result>

  /** Sends `amount` requests over `connections` connections. */
  function autocannon(options: {
    url: string
    connections: number
    amount: number
    /** Seconds until an answer counts as lost. */
    timeout: number
    /** Milliseconds between two looks at whether it is done. */
    sampleInt: number
    setupClient(client: Client): void
  }): Run
  export = autocannon
}
