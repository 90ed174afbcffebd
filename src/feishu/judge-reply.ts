import type { AxiosResponse } from 'axios'
import type { ApiName } from './api-names.ts'
import { axios } from './axios.ts'
import { challengeUrlOf } from './challenge-url.ts'
import { maskText } from './mask-secrets.ts'
import { secretsSent } from './secrets-sent.ts'
import { WireError, type WireFacts } from './wire-error.ts'

const DETAIL_LENGTH = 300

/** What is wrong with a reply of HTTP 2xx; null when nothing is. Many of Feishu's refusals come with HTTP 200. */
export function judgeReply(
  apiName: ApiName,
  reply: AxiosResponse<unknown>,
  isExpected: (body: Record<string, unknown>) => boolean = () => true,
): WireError | null {
  const body = asRecord(reply.data)
  // Revocation may answer with an empty body (RFC 7009 §2.2); a proxy's page is no such answer.
  if (apiName === 'revoke' && isEmpty(reply.data)) return null
  if (!body) return new WireError({ apiName, failure: 'unreadable', ...factsOf(reply) })
  const isGood = body.code === undefined ? body.error === undefined : body.code === 0
  if (isGood && isExpected(body)) return null
  return new WireError({ apiName, failure: isGood ? 'unreadable' : 'refused', ...factsOf(reply) })
}

function isEmpty(body: unknown): boolean {
  return body === undefined || body === null || body === ''
}

/** The error for a call that axios rejected; nothing of the request is kept. */
export function judgeFailure(
  apiName: ApiName,
  error: unknown,
  mayHaveSent?: boolean | undefined,
): WireError {
  if (error instanceof WireError) return error
  if (!axios.isAxiosError(error)) return new WireError({ apiName, failure: 'network', mayHaveSent })
  if (error.response) {
    const facts = factsOf(error.response)
    const isRefusal = facts.feishuCode !== undefined || facts.oauthError !== undefined
    const isStatusAlone = error.response.status >= 400
    const failure = isRefusal || isStatusAlone ? 'refused' : 'unreadable'
    return new WireError({ apiName, failure, ...facts, mayHaveSent })
  }
  return new WireError({ apiName, failure: failureWithoutReply(error), mayHaveSent })
}

/** The value as a JSON object; null for anything else. */
export function asRecord(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null
}

/** Feishu's log id of a reply, from its header or its body. */
export function logIdOf(reply: AxiosResponse<unknown>): string | undefined {
  const fromBody = asRecord(asRecord(reply.data)?.error)?.log_id
  return headerOf(reply, 'x-tt-logid') ?? (typeof fromBody === 'string' ? fromBody : undefined)
}

function failureWithoutReply(error: { code?: string; message: string }): WireFacts['failure'] {
  switch (error.code) {
    // Our own deadline aborts the request.
    case 'ERR_CANCELED':
    case 'ECONNABORTED':
    case 'ETIMEDOUT':
      return 'timeout'
    // The body was larger than any reply of Feishu, or was cut off in the middle.
    case 'ERR_BAD_RESPONSE':
      return 'unreadable'
    default:
      return 'network'
  }
}

function factsOf(reply: AxiosResponse<unknown>): Omit<WireFacts, 'apiName' | 'failure'> {
  const body = asRecord(reply.data)
  const detail = body?.msg ?? body?.error_description ?? body?.message
  const mask = (text: string) => maskText(text, secretsSent(reply.config))
  return {
    status: reply.status,
    feishuCode: typeof body?.code === 'number' ? body.code : undefined,
    oauthError: typeof body?.error === 'string' ? mask(body.error).slice(0, 64) : undefined,
    detail: typeof detail === 'string' ? mask(detail).slice(0, DETAIL_LENGTH) : undefined,
    logId: logIdOf(reply),
    challengeUrl: challengeUrlOf(body, reply.config.url),
    retryAfterSeconds: secondsHeader(reply, 'x-ogw-ratelimit-reset', 'retry-after'),
  }
}

function secondsHeader(reply: AxiosResponse<unknown>, ...names: string[]): number | undefined {
  for (const name of names) {
    const seconds = Number(headerOf(reply, name) ?? Number.NaN)
    if (Number.isFinite(seconds) && seconds >= 0) return seconds
  }
  return undefined
}

function headerOf(reply: AxiosResponse<unknown>, name: string): string | undefined {
  const value: unknown = Reflect.get(reply.headers, name)
  return typeof value === 'string' ? value : undefined
}
