import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { Idempotency } from '../../access/idempotency.ts'
import type { Log } from '../../auth/ports.ts'
import { CardAuthError } from '../../errors.ts'
import { HttpProblem } from '../problem.ts'
import { factsOf } from '../request-facts.ts'
import { describeProblem, sendProblem } from '../send-problem.ts'
import { readIdempotencyKey } from './idempotency-key.ts'

/** The answer to a POST; one without a token is kept whole for whoever repeats the request. */
export type Answer = {
  status: number
  location?: string | undefined
  body: object
  holdsToken?: boolean
}

/** A POST that may be repeated. */
export type Repeatable = {
  /** Does what is asked; null when the caller has gone. */
  work: (request: Request, response: Response) => Promise<Answer | null>
  /** Reads the token that works now, for a repeat of a request that was answered with one. */
  readToken?: (request: Request, response: Response) => Promise<Answer>
}

/** Makes the handler of a POST that an `Idempotency-Key` makes repeatable. */
export type AnswerOnce = (post: Repeatable) => RequestHandler

const keptAnswer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('reply'), location: z.string().optional(), body: z.looseObject({}) }),
  z.object({ kind: z.literal('problem'), body: z.looseObject({}) }),
  z.object({ kind: z.literal('token') }),
])
type KeptAnswer = z.infer<typeof keptAnswer>

/** More than the slowest call takes, waiting for the person apart. */
const CLAIM_SECONDS = 45
const waiting = z.object({ wait: z.int().min(0).max(60) })

/**
 * Creates the handlers of POST requests: one with an `Idempotency-Key` is done once, and a repeat gets the first answer.
 *
 * A token is never kept and never replayed, for it may have run out or been revoked meanwhile: a repeat reads the token that
 * works now, and neither refreshes by force nor sends a card again.
 */
export function createAnswerOnce({
  idempotency,
  log,
}: {
  idempotency: Idempotency
  log: Log
}): AnswerOnce {
  return ({ work, readToken }) =>
    async (request, response) => {
      const key = readIdempotencyKey(request.headers['idempotency-key'])
      if (key === null) return send(response, await work(request, response))
      const begun = await idempotency.begin({
        caller: factsOf(response).client ?? '',
        key,
        request: [request.method, request.originalUrl, request.body ?? null],
        claimSeconds: CLAIM_SECONDS + (waiting.safeParse(request.body).data?.wait ?? 0),
      })
      switch (begun.kind) {
        case 'first': {
          const answer = await keepFailure(work(request, response), begun, response)
          await keep(begun, answer)
          return send(response, answer)
        }
        case 'answered': {
          response.set('Idempotency-Replayed', 'true')
          const kept = keptAnswer.parse(JSON.parse(begun.reply.text))
          if (kept.kind === 'token')
            return send(response, (await readToken?.(request, response)) ?? null)
          const status = begun.reply.statusCode
          if (kept.kind === 'problem') return sendProblem(response.status(status), kept.body)
          return send(response, { ...kept, status })
        }
        case 'at_work':
          throw new HttpProblem(
            'idempotency_in_progress',
            'The first request with this Idempotency-Key is at work. Ask again shortly.',
            { headers: { 'retry-after': String(begun.retryAfterSeconds) } },
          )
        case 'other_request':
          throw new HttpProblem(
            'idempotency_key_reused',
            'This Idempotency-Key was sent with another request. Use a new key for each request.',
          )
      }
    }

  type First = Extract<Awaited<ReturnType<Idempotency['begin']>>, { kind: 'first' }>

  async function keepFailure(
    working: Promise<Answer | null>,
    first: First,
    response: Response,
  ): Promise<Answer | null> {
    try {
      return await working
    } catch (error) {
      const { status, headers, body } = describeProblem(error, factsOf(response).requestId)
      const isFinal = error instanceof CardAuthError && status < 500 && !('retry-after' in headers)
      await settle(() =>
        isFinal
          ? first.answer(written(status, { kind: 'problem', body: { ...body } }))
          : first.release(),
      )
      throw error
    }
  }

  function keep(first: First, answer: Answer | null): Promise<void> {
    return settle(() => {
      if (answer === null) return first.release()
      const { status, location, body, holdsToken } = answer
      if (holdsToken) return first.answer(written(status, { kind: 'token' }))
      const reply = { kind: 'reply', ...(location && { location }), body: { ...body } } as const
      return first.answer(written(status, reply))
    })
  }

  /** What was done is told even when it cannot be kept: a repeat then finds the claim, and later a free key. */
  async function settle(write: () => Promise<void>): Promise<void> {
    try {
      await write()
    } catch (error) {
      log('error', 'store_trouble', { error })
    }
  }
}

function written(statusCode: number, kept: KeptAnswer): { statusCode: number; text: string } {
  return { statusCode, text: JSON.stringify(kept) }
}

function send(response: Response, answer: Answer | null): void {
  if (answer === null || response.destroyed) return
  if (answer.location) response.location(answer.location)
  response.status(answer.status).json(answer.body)
}
