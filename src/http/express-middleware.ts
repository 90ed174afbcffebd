import type { IncomingMessage, ServerResponse } from 'node:http'

/** Anything that goes on with a request. */
type Next = (error?: unknown) => void

/**
 * What `app.use` of Express takes, in the words of Node: whoever compiles against this package needs no types of Express for
 * it. Written as a method, so that a router of Express is one.
 */
export type ExpressMiddleware = {
  use(request: IncomingMessage, response: ServerResponse, next: Next): unknown
}['use']
