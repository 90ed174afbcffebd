import type { CallApi } from './api-call.ts'
import { pause } from './pause.ts'
import { asSession, type Session } from './replies.ts'

/** The service holds one call for so long at most. */
const LONGEST_WAIT_SECONDS = 60
const LEAST_GAP_MS = 1000

/** Resolves with the session when it ends, or as it stands at `until`; one call follows the other. */
export async function waitForSession(
  callApi: CallApi,
  {
    sessionId,
    until,
    signal,
  }: { sessionId: string; until: number; signal?: AbortSignal | undefined },
): Promise<Session> {
  for (;;) {
    const askedAt = Date.now()
    const wait = Math.min(LONGEST_WAIT_SECONDS, Math.max(0, Math.ceil((until - askedAt) / 1000)))
    const session = asSession(
      await callApi({
        method: 'GET',
        path: ['sessions', sessionId],
        query: { wait },
        waitSeconds: wait,
        patientUntil: until,
        signal,
      }),
    )
    if (session.state !== 'pending' || Date.now() >= until) return session
    // A service that is about to stop answers early, and would do so again at once.
    const nextAt = Math.min(askedAt + LEAST_GAP_MS, until)
    if (nextAt > Date.now()) await pause(nextAt - Date.now(), signal)
  }
}
