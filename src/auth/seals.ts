import type { AuthSession } from './session.ts'

/** How many values one key has sealed; null stands for values that tell no one key. */
export type SealedCount = { keyId: string | null; count: number }

/** What is sealed beside the tokens of grants. */
export type SealCounts = {
  /** Tickets of pending requests: their cards carry them, for three days at most. */
  tickets: SealedCount[]
  /** PKCE verifiers of sign-ins under way, for ten minutes at most. */
  verifiers: SealedCount[]
  /** Answers that callers may ask for again, for a day. */
  replies: SealedCount[]
}

/** Sealed values on disk, beside those of grants. */
export interface SealStore {
  count(now: Date): Promise<SealCounts>
  /** Pending sessions whose ticket another key than this has sealed, the next to expire first; `after` is the last of the page before. */
  listTickets(filter: {
    notSealedWith: string
    after?: Pick<AuthSession, 'id' | 'expiresAt'> | undefined
    limit: number
  }): Promise<AuthSession[]>
  /** Writes the same ticket sealed with another key; false when it has changed since it was read, or the session has ended. */
  resealTicket(
    session: Pick<AuthSession, 'id' | 'sealedTicket'>,
    sealedTicket: string,
  ): Promise<boolean>
}
