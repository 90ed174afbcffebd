import type { z } from 'zod'
import { toPublicSession } from '../../auth/public-session.ts'
import type { AuthSession } from '../../auth/session.ts'
import type { sessionReply } from './schemas.ts'

/** Writes a session for a caller; tickets, tenant and holds stay inside. */
export function toSessionReply(session: AuthSession): z.infer<typeof sessionReply> {
  return toPublicSession(session)
}
