import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP } from 'node:net'
import type { Clock } from '../auth/ports.ts'
import type { PostOutcome, WebhookFailure, WebhookPoster } from '../auth/webhook-outbox.ts'
import { createAddressGuard } from './address-guard.ts'
import {
  BlockedAddressError,
  createGuardedLookup,
  HostNotFoundError,
  type ResolveHost,
  resolveHost,
} from './guarded-lookup.ts'
import { judgeAnswer } from './judge-answer.ts'
import { signMessage } from './sign-message.ts'

/** Who is told, and how they know that it is us. */
export type WebhookReceiver = {
  /** `https://…`; `http://` for localhost. */
  url: string
  /** `whsec_…`; the first signs first. */
  secrets: readonly string[]
  /** Host names and CIDRs that may be private. */
  allowedHosts: readonly string[]
}

/** A try may take so long, from the look-up to the end of the answer. */
const TIMEOUT_MS = 10_000
/** What the receiver answers is not read; this much of it is waited for, so that the connection ends well. */
const LONGEST_ANSWER = 16_384

/** Creates the part that signs and posts; it follows no redirect and goes to no address that is not public. */
export function createWebhookPoster({
  receiver: { url, secrets, allowedHosts },
  clock,
  version,
  resolve = resolveHost,
  timeoutMs = TIMEOUT_MS,
}: {
  receiver: WebhookReceiver
  clock: Pick<Clock, 'now'>
  /** Of this product, for the `user-agent`. */
  version: string
  resolve?: ResolveHost
  /** Milliseconds of one try. */
  timeoutMs?: number
}): WebhookPoster {
  const target = new URL(url)
  const host = target.hostname.replace(/^\[|\]$/g, '')
  const isAllowed = createAddressGuard(allowedHosts)
  const lookup = createGuardedLookup(isAllowed, resolve)
  const send = target.protocol === 'https:' ? requestHttps : requestHttp

  return {
    async post(message) {
      // A socket looks up no address that is written as such.
      if (isIP(host) !== 0 && !isAllowed(host, host)) return failed('blocked_address')
      const body = Buffer.from(message.payload)
      const request = send(target, {
        method: 'POST',
        agent: false,
        lookup,
        headers: {
          ...signMessage(message, secrets, clock.now()),
          'content-type': 'application/json',
          'content-length': body.length,
          'user-agent': `feishu-card-auth/${version}`,
        },
      })
      const outcome = outcomeOf(request, clock, timeoutMs)
      request.end(body)
      return outcome
    },
  }
}

/** How far a request has come is also why it failed there. */
type Stage = Extract<WebhookFailure, 'connect' | 'tls' | 'cut_off'>

/** Settles whatever the receiver and the socket do: one of four workers waits for it. */
function outcomeOf(
  request: ClientRequest,
  clock: Pick<Clock, 'now'>,
  timeoutMs: number,
): Promise<PostOutcome> {
  return new Promise((resolve) => {
    let stage: Stage = 'connect'
    let answer: PostOutcome | null = null
    const settle = (outcome: PostOutcome) => {
      clearTimeout(timer)
      resolve(answer ?? outcome)
    }
    const timer = setTimeout(() => {
      settle(failed('timeout'))
      request.destroy()
    }, timeoutMs)
    const judge = ({ statusCode = 0, headers }: IncomingMessage) =>
      judgeAnswer(statusCode, headers['retry-after'], clock.now())
    request.once('socket', (socket) => {
      socket.once('connect', () => {
        stage = request.protocol === 'https:' ? 'tls' : 'cut_off'
      })
      socket.once('secureConnect', () => {
        stage = 'cut_off'
      })
    })
    request.once('error', (error) => settle(failed(failureOf(error, stage))))
    // A socket may close without an error and without an answer.
    request.once('close', () => settle(failed(stage)))
    // 101 is no `response`, and without this listener it is nothing at all.
    request.once('upgrade', (response, socket) => {
      settle(judge(response))
      socket.destroy()
    })
    request.once('response', (response) => {
      const judged = judge(response)
      answer = judged
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > LONGEST_ANSWER) response.destroy()
      })
      response.once('error', () => settle(judged))
      response.once('close', () => settle(judged))
    })
  })
}

function failureOf(error: Error, stage: Stage): WebhookFailure {
  if (error instanceof BlockedAddressError) return 'blocked_address'
  if (error instanceof HostNotFoundError) return 'dns'
  return stage
}

function failed(failure: WebhookFailure): PostOutcome {
  return { kind: 'failed', failure, status: null, retryAfterSeconds: null }
}
