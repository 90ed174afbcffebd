import type { SessionFilter } from '../../auth/ports.ts'
import type { AuthSession } from '../../auth/session.ts'

type Position = NonNullable<SessionFilter['before']>

/** So often more is read for a page while much of what comes may not be seen. */
const MOST_READS = 20

/** Reads a page of those sessions that may be seen; `next` is the place after it, null on the last page. */
export async function pageOfSessions({
  list,
  filter,
  pageSize,
  maySee,
}: {
  list: (filter: SessionFilter) => Promise<AuthSession[]>
  filter: Omit<SessionFilter, 'limit'>
  pageSize: number
  maySee: (session: AuthSession) => boolean
}): Promise<{ shown: AuthSession[]; next: Position | null }> {
  const shown: AuthSession[] = []
  let before = filter.before
  for (let reads = 0; reads < MOST_READS; reads++) {
    // One more than is shown tells whether another page follows.
    const found = await list({ ...filter, before, limit: pageSize + 1 })
    for (const session of found) {
      if (shown.length === pageSize) return { shown, next: before ?? null }
      before = { createdAt: session.createdAt, id: session.id }
      if (maySee(session)) shown.push(session)
    }
    if (found.length <= pageSize) return { shown, next: null }
  }
  return { shown, next: before ?? null }
}
