import type { CallApi } from './api-call.ts'
import { CardAuthError } from './card-auth-error.ts'
import { earlierSessionOf } from './earlier-session.ts'
import { newIdempotencyKey } from './idempotency-key.ts'
import { pause } from './pause.ts'
import { type Endpoint, sendOnce } from './send-once.ts'

/** A longer `Retry-After` is the caller's to wait for, unless the caller is waiting anyway. */
const LONGEST_PAUSE_MS = 10_000
const FIRST_PAUSE_MS = 250
const LONGEST_BACKOFF_MS = 5_000

/** Creates the one door to the API. */
export function createCallApi(endpoint: Endpoint & { retries: number }): CallApi {
  return async (call) => {
    const idempotencyKey = call.method === 'POST' ? newIdempotencyKey() : undefined
    for (let tries = 1; ; tries++) {
      call.signal?.throwIfAborted()
      try {
        return await sendOnce(endpoint, { ...call, idempotencyKey })
      } catch (error) {
        if (!(error instanceof CardAuthError) || !passes(error)) throw error
        const milliseconds = pauseBefore(tries, error)
        const isPatient = Date.now() + milliseconds < (call.patientUntil ?? 0)
        if (!isPatient && (tries > endpoint.retries || milliseconds > LONGEST_PAUSE_MS)) throw error
        await pause(milliseconds, call.signal)
      }
    }
  }
}

/** Mended by people alone; and whoever has had enough cards is not asked the moment it is allowed again. */
const LASTING: readonly string[] = ['app_misconfigured', 'too_many_cards']

/** Whether the same call may do better in a moment; a conflict that passes says when, unless it names what must end before. */
function passes(error: CardAuthError): boolean {
  const { code, status, retryAfter } = error
  if (LASTING.includes(code) || earlierSessionOf(error) !== undefined) return false
  if (code === 'service_unreachable' || (status === 409 && retryAfter !== undefined)) return true
  return status === 429 || status === 502 || status === 503 || status === 504
}

/** What the service asks for, else twice as long each time; spread, so that many clients do not come back as one. */
function pauseBefore(tries: number, { retryAfter }: CardAuthError): number {
  const backoff = Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_BACKOFF_MS)
  return (retryAfter ?? 0) * 1000 + backoff * (0.5 + Math.random() / 2)
}
