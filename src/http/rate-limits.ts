import type { Request, RequestHandler, Response } from 'express'
import { ipKeyGenerator, rateLimit } from 'express-rate-limit'
import type { Endpoint } from './endpoints.ts'
import { HttpProblem } from './problem.ts'
import { factsOf } from './request-facts.ts'

/** How many requests one address (IPv6: one /56 network), or one API key, may make in a window. */
export type RateLimits = {
  windowSeconds: number
  /** Opens of `/auth/{ticket}`. */
  authLinks: number
  /** Presses of "Send me a new card". */
  newCards: number
  callbacks: number
  /** Requests to `/v1` without a valid API key. */
  apiKeyFailures: number
  /**
   * Requests of one API key that ask people, withdraw, refresh by force or revoke. Reads are never counted, and neither is
   * `POST /v1/tokens`: what these do to people and to Feishu has limits of its own.
   */
  apiChanges: number
}

/** Generous for an office behind one address, narrow for a script. */
export const DEFAULT_RATE_LIMITS: RateLimits = {
  windowSeconds: 60,
  authLinks: 120,
  newCards: 10,
  callbacks: 120,
  apiKeyFailures: 60,
  apiChanges: 6000,
}

type Limit = {
  limit: number
  windowSeconds: number
  onRateLimited: (endpoint: Endpoint) => void
}

/** Whom a limit counts, in place of addresses, and which requests it leaves out. */
type Counted = {
  keyOf: (response: Response) => string
  isFree: (request: Request, response: Response) => boolean
}

/** Creates the limiter of one route; a refused request goes on as a `rate_limited` problem. */
export function limitRate(
  { limit, windowSeconds, onRateLimited }: Limit,
  counted?: Counted,
): RequestHandler {
  const limiter = rateLimit({
    limit,
    windowMs: windowSeconds * 1000,
    standardHeaders: 'draft-7',
    ...(counted && { keyGenerator: (_request, response) => counted.keyOf(response) }),
    legacyHeaders: false,
    // The library's advice about proxies goes to the console; the choice is made in the configuration.
    validate: false,
    handler: (_request, response, next) => {
      tell(response, onRateLimited)
      next(rateLimited(response))
    },
  })
  if (!counted) return limiter
  // Reads of tokens pass here; the library's own `skip` would make each of them wait for promises.
  return (request, response, next) =>
    counted.isFree(request, response) ? next() : limiter(request, response, next)
}

/** Counts failures only: many successes from one address are normal for a bot. */
export interface FailureLimit {
  /** Seconds until this address may fail again; 0 unless it has failed too often. */
  secondsLeft(request: Request): Promise<number>
  /** The problem to throw for it. */
  refusal(response: Response, seconds: number): HttpProblem
  /** Counts one more failure, then goes on. */
  count(request: Request, response: Response): Promise<void>
}

/** Creates the limit on guessing API keys. */
export function createFailureLimit({ limit, windowSeconds, onRateLimited }: Limit): FailureLimit {
  const counter = rateLimit({
    limit,
    windowMs: windowSeconds * 1000,
    standardHeaders: false,
    legacyHeaders: false,
    validate: false,
    handler: (_request, _response, next) => next(),
  })
  let lastFailureAt = Number.NEGATIVE_INFINITY
  return {
    async secondsLeft(request) {
      // Nobody is counted now, as nearly always.
      if (Date.now() - lastFailureAt > windowSeconds * 1000) return 0
      const seen = await counter.getKey(ipKeyGenerator(request.ip ?? ''))
      if (seen === undefined || seen.totalHits < limit) return 0
      // The store forgets a window only when it counts again, so a past one is passed over here.
      const left = (seen.resetTime?.getTime() ?? 0) - Date.now()
      return Math.max(0, Math.ceil(left / 1000))
    },
    refusal(response, seconds) {
      tell(response, onRateLimited)
      return tooMany(seconds)
    },
    async count(request, response) {
      lastFailureAt = Date.now()
      await new Promise<void>((resolve, reject) => {
        counter(request, response, (error) => (error ? reject(error) : resolve()))
      })
    },
  }
}

function tell(response: Response, onRateLimited: Limit['onRateLimited']): void {
  const { endpoint } = factsOf(response)
  if (endpoint !== 'unmatched') onRateLimited(endpoint)
}

function rateLimited(response: Response): HttpProblem {
  return tooMany(Number(response.get('retry-after')) || 60)
}

function tooMany(seconds: number): HttpProblem {
  return new HttpProblem('rate_limited', `Too many requests. Try again in ${seconds} s.`, {
    headers: { 'retry-after': String(seconds) },
  })
}
