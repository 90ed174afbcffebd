import {
  AuthorizationExpiredError,
  AuthorizationRejectedError,
  AuthorizationRequiredError,
  InsufficientScopeError,
  StoreUnavailableError,
} from '../errors.ts'
import type { Apps } from './apps.ts'
import type { EventSink } from './events.ts'
import type { FreshToken } from './fresh-token.ts'
import type { TokenAskedOutcome, TokenAskedPath } from './grant-events.ts'

/** What a request for a token has met on its way. */
export interface TokenRequestNotes {
  found(found: FreshToken): void
  /** It waits for the person. */
  waited(): void
}

/** Tells of every request for a token when it ends: how long it took, what it waited for and what came of it. */
export type TellTokenRequest = <Result>(
  appId: string | undefined,
  work: (notes: TokenRequestNotes) => Promise<Result>,
) => Promise<Result>

/** Creates the teller. Most requests end within the millisecond that the clock counts in, so it has a finer one. */
export function createTellTokenRequest({
  apps,
  events,
  nowMilliseconds = () => performance.now(),
}: {
  apps: Apps
  events: EventSink
  nowMilliseconds?: () => number
}): TellTokenRequest {
  return async (named, work) => {
    const startedAt = nowMilliseconds()
    const { appId } = apps.resolve(named)
    let path: TokenAskedPath = 'hot'
    let outcome: TokenAskedOutcome = 'needs_auth'
    const notes: TokenRequestNotes = {
      found(found) {
        if (path !== 'wait') path = pathOf(found)
        outcome = outcomeOf(found)
      },
      waited() {
        path = 'wait'
      },
    }
    try {
      return await work(notes)
    } catch (error) {
      outcome = isUpToPerson(error) ? 'needs_auth' : 'transient'
      // Whatever else fails, fails on the way to Feishu.
      const isHot = outcome === 'needs_auth' || error instanceof StoreUnavailableError
      if (path === 'hot' && !isHot) path = 'refresh'
      throw error
    } finally {
      const seconds = (nowMilliseconds() - startedAt) / 1000
      events.emit({ type: 'token_asked', appId, path, outcome, seconds })
    }
  }
}

function pathOf(found: FreshToken): TokenAskedPath {
  if (found.kind === 'token') return found.how === 'stored' ? 'hot' : 'refresh'
  return found.why === 'never_authorized' || found.why === 'scopes_missing' ? 'hot' : 'refresh'
}

function outcomeOf(found: FreshToken): TokenAskedOutcome {
  if (found.kind === 'needs_person') return 'needs_auth'
  return found.how === 'refreshed' ? 'refreshed' : 'hit'
}

function isUpToPerson(error: unknown): boolean {
  return (
    error instanceof AuthorizationRequiredError ||
    error instanceof AuthorizationRejectedError ||
    error instanceof AuthorizationExpiredError ||
    error instanceof InsufficientScopeError
  )
}
