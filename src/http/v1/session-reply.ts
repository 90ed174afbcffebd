import type { z } from 'zod'
import type { Permissions } from '../../access/permissions.ts'
import { permitsScope } from '../../access/permits.ts'
import { toPublicSession } from '../../auth/public-session.ts'
import type { AuthSession } from '../../auth/session.ts'
import type { sessionReply, waitingSession } from './schemas.ts'

/**
 * Writes a session for a caller; tickets, tenant and holds stay inside. Where it asks for others as well, it shows only the scopes
 * that the caller's key was given, and no reason: that may be another's.
 */
export function toSessionReply(
  session: AuthSession,
  permissions: Permissions,
): z.infer<typeof sessionReply> {
  const reply = toPublicSession(session)
  const isTheirs = (scope: string) => permitsScope(permissions, scope)
  const { scopes, granted_scopes } = reply
  return {
    ...reply,
    scopes: scopes.filter(isTheirs),
    granted_scopes: granted_scopes?.filter(isTheirs) ?? null,
    reason: scopes.every(isTheirs) ? reply.reason : null,
  }
}

/** Writes the session that waits for the person, and what an operator can do about it. */
export function toWaitingReply(
  session: AuthSession,
  permissions: Permissions,
  advice: string | null,
): z.infer<typeof waitingSession> {
  return { ...toSessionReply(session, permissions), advice }
}
