import { FeishuUnavailableError } from '../errors.ts'
import type { Background } from './background.ts'
import type { EventSink } from './events.ts'
import type { Clock, OAuthClient } from './ports.ts'
import type { AuthSession } from './session.ts'

/**
 * Ends a token that is not kept, in the background: what nobody looks after must not stay usable. Only the access
 * token, since the person may hold a grant of their own.
 */
export type RevokeStray = (session: AuthSession, accessToken: string) => void

type Neighbours = { oauth: OAuthClient; clock: Clock; events: EventSink; background: Background }

const PAUSES_MS = [250, 1000]
/** A shutdown waits for this work, and not for ever. */
const NO_MORE_TRIES_AFTER_MS = 8000

/** Creates the step that ends stray tokens. */
export function createRevokeStray({ oauth, clock, events, background }: Neighbours): RevokeStray {
  return (session, accessToken) => background.run(() => revoke(session, accessToken))

  async function revoke(session: AuthSession, accessToken: string): Promise<void> {
    const lastTryAt = clock.now().getTime() + NO_MORE_TRIES_AFTER_MS
    for (const pause of [...PAUSES_MS, null]) {
      try {
        return await oauth.revokeAccessToken(session.appId, accessToken)
      } catch (error) {
        const isPassing = error instanceof FeishuUnavailableError
        if (!isPassing || pause === null || clock.now().getTime() > lastTryAt) {
          return events.emit({ type: 'stray_token_kept', session, error })
        }
        await clock.sleep(pause)
      }
    }
  }
}
