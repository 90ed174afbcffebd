import { CardAuthError } from './card-auth-error.ts'

/** The error behind an answer that is not a success: a problem document (RFC 9457), or the words of something in between. */
export function errorOfReply(reply: Response, json: unknown): CardAuthError {
  const problem = isRecord(json) ? json : {}
  const facts = {
    status: reply.status,
    requestId: textOf(problem.request_id) ?? reply.headers.get('x-request-id') ?? undefined,
    retryAfter: secondsOfRetryAfter(reply.headers.get('retry-after')),
  }
  const code = textOf(problem.code)
  if (code === undefined) {
    return new CardAuthError('unexpected_answer', wordsFor(reply.status), facts)
  }
  const { detail, title, missing_scopes, advice, challenge_url } = problem
  return new CardAuthError(code, textOf(detail) ?? textOf(title) ?? wordsFor(reply.status), {
    ...facts,
    missingScopes: Array.isArray(missing_scopes) ? missing_scopes.filter(isText) : [],
    advice: textOf(advice),
    challengeUrl: textOf(challenge_url),
    problem,
  })
}

/** A number of seconds, or an HTTP date (RFC 9110 §10.2.3). */
function secondsOfRetryAfter(header: string | null): number | undefined {
  if (header === null || header.trim() === '') return undefined
  const seconds = /^\s*\d+\s*$/.test(header)
    ? Number(header)
    : (Date.parse(header) - Date.now()) / 1000
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined
}

function wordsFor(status: number): string {
  return status >= 300 && status < 400
    ? `The address answers with a redirect (${status}). Set baseUrl to where it leads.`
    : `What answered with status ${status} is not feishu-card-auth. Check baseUrl, and the proxy in front of the service.`
}

function isRecord(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function textOf(value: unknown): string | undefined {
  return isText(value) ? value : undefined
}
