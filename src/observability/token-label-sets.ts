import type {
  CrashRecovery,
  RefreshSharing,
  RevocationReason,
  RevocationSource,
} from '../auth/grant-events.ts'
import type { FinishedReason, SetbackReason } from '../auth/refresh-outcome.ts'

/** Why a refresh can end badly. */
export type RefreshFailure = FinishedReason | SetbackReason

/** Every way a refresh can find a grant at its end; leaving one out does not compile. */
export const GRANT_ENDS = keysOf<FinishedReason>({
  reused: true,
  revoked: true,
  expired: true,
  invalid: true,
  lost_rotation: true,
  user_status: true,
  no_refresh_token: true,
})

const SETBACKS = keysOf<SetbackReason>({
  policy: true,
  config: true,
  drift: true,
  upstream: true,
  timeout: true,
  network: true,
  rate_limited: true,
  lease_timeout: true,
  ambiguous: true,
  persist_failed: true,
  internal: true,
})

/** Every reason of a refresh that ended badly. */
export const REFRESH_FAILURES: readonly RefreshFailure[] = [...GRANT_ENDS, ...SETBACKS]

/** Every way to get somebody else's refresh. */
export const SHARED_HOW = keysOf<RefreshSharing>({
  coalesced: true,
  adopted_after_lease: true,
  adopted_after_error: true,
})

/** Every end of a look at what a vanished process left open. */
export const CRASH_RECOVERIES = keysOf<CrashRecovery>({
  fresh: true,
  reauth_required: true,
  pending: true,
})

/** Everybody who can end a grant. */
export const REVOCATION_SOURCES = keysOf<RevocationSource>({
  user: true,
  admin: true,
  upstream_event: true,
})

/** Every reason for which a grant is ended. */
export const REVOCATION_REASONS = keysOf<RevocationReason>({
  user: true,
  admin: true,
  risk: true,
  restriction: true,
  unknown: true,
})

function keysOf<Name extends string>(names: Readonly<Record<Name, true>>): readonly Name[] {
  const isName = (key: string): key is Name => Object.hasOwn(names, key)
  return Object.keys(names).filter(isName)
}
