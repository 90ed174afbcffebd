import type { CallbackOutcome } from '../auth/complete-authorization.ts'
import { FAULT_OF, type FailureReason } from '../auth/failure-reason.ts'
import { type AuthSession, isOpen } from '../auth/session.ts'
import type { PageName } from './pages/page-name.ts'

/** A page, its status, and the session it speaks of. */
export type ChosenPage = { name: PageName; status: number; session: AuthSession | null }

/** Chooses the page for what became of a callback. */
export function pageOfOutcome(outcome: CallbackOutcome, now: Date): ChosenPage {
  switch (outcome.kind) {
    case 'completed':
      return { name: 'completed', status: 200, session: outcome.session }
    case 'declined':
      return { name: pageOfDeclined(outcome.session), status: 200, session: outcome.session }
    case 'denial_unproven':
      return { name: 'denial_unproven', status: 200, session: outcome.session }
    case 'already_ended':
      return pageOfEnded(outcome.session, now)
    case 'link_used':
      return { name: 'link_used', status: 400, session: outcome.session }
    case 'late':
      return { name: 'sign_in_stale', status: 400, session: outcome.session }
    case 'link_unknown':
      return { name: 'link_unknown', status: 400, session: null }
    case 'failed':
      return pageOfFailure(outcome.session, outcome.reason, now)
  }
}

/** Chooses the page for a session whose link no longer leads anywhere. */
export function pageOfEnded(session: AuthSession, now: Date): ChosenPage {
  switch (session.state) {
    case 'pending':
      // It may have run out before a sweep has said so.
      return isOpen(session, now)
        ? { name: 'still_open', status: 200, session }
        : { name: 'expired', status: 410, session }
    case 'completed':
      return { name: 'already_done', status: 200, session }
    case 'rejected':
      return { name: pageOfDeclined(session), status: 410, session }
    case 'expired':
      return { name: pageOfExpired(session), status: 410, session }
  }
}

/** Who turns down a renewal keeps what they granted before. */
function pageOfDeclined({ grantEndsAt }: AuthSession): PageName {
  return grantEndsAt ? 'not_renewed' : 'declined'
}

function pageOfExpired({ endReason }: AuthSession): PageName {
  if (endReason === 'superseded') return 'superseded'
  return endReason === 'invalidated' ? 'withdrawn' : 'expired'
}

function pageOfFailure(session: AuthSession, reason: FailureReason, now: Date): ChosenPage {
  const isClosed = session.state !== 'pending'
  switch (FAULT_OF[reason]) {
    case 'upstream':
      return { name: 'feishu_trouble', status: 502, session }
    case 'user':
      return pageOfEnded(session, now)
    case 'config':
      return reason === 'no_app_permission'
        ? { name: 'not_available', status: 403, session }
        : { name: 'needs_admin', status: 502, session }
    case 'security':
      return reason === 'identity_mismatch'
        ? { name: isClosed ? 'wrong_account_closed' : 'wrong_account', status: 403, session }
        : { name: 'sign_in_stale', status: 400, session }
    case 'internal':
      if (reason === 'code_expired' || reason === 'code_used') {
        return { name: 'sign_in_stale', status: 400, session }
      }
      return { name: 'our_fault', status: reason === 'db_error' ? 503 : 500, session }
  }
}
