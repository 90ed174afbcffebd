import { CardAuthError } from './card-auth-error.ts'

/** The session that must end before this person can be asked for more; undefined when that is not the trouble. */
export function earlierSessionOf(error: unknown): string | undefined {
  if (!(error instanceof CardAuthError) || error.code !== 'authorization_in_progress') {
    return undefined
  }
  const sessionId = error.problem?.session_id
  return typeof sessionId === 'string' ? sessionId : undefined
}
