import type { PostOutcome, WebhookFailure } from '../auth/webhook-outbox.ts'

/** What the status of an answer means: 2xx is delivered, 410 wants no more, a redirect is not followed. */
export function judgeAnswer(
  status: number,
  retryAfter: string | undefined,
  now: Date,
): PostOutcome {
  if (status >= 200 && status < 300) return { kind: 'delivered', status }
  return {
    kind: 'failed',
    failure: failureOf(status),
    status,
    retryAfterSeconds: readRetryAfter(retryAfter, now),
  }
}

function failureOf(status: number): WebhookFailure {
  if (status === 410) return 'gone'
  if (status >= 300 && status < 400) return 'redirect'
  if (status >= 400 && status < 500) return 'status_4xx'
  return status >= 500 && status < 600 ? 'status_5xx' : 'status_other'
}

/** Seconds or a date (RFC 9110 §10.2.3). */
function readRetryAfter(text: string | undefined, now: Date): number | null {
  if (text === undefined) return null
  if (/^\d{1,9}$/.test(text)) return Number(text)
  const at = Date.parse(text)
  return Number.isNaN(at) ? null : Math.max(0, (at - now.getTime()) / 1000)
}
