/** What is kept of a request that its caller may repeat: hashes, and the sealed answer. */
export type IdempotentRequest = {
  /** Hash of who called and the key they sent. */
  keyHash: string
  /** Hash of what they asked. */
  fingerprint: string
  /** Until then the first call is taken to be at work; it also names the claim. */
  claimedUntil: Date
  /** Null while the first call works. */
  statusCode: number | null
  sealedReply: string | null
  createdAt: Date
}

/** The claim of one call on its key. */
export type IdempotencyClaim = Pick<IdempotentRequest, 'keyHash' | 'claimedUntil'>

/** Repeatable requests on disk; every change is one guarded statement. */
export interface IdempotentRequestStore {
  /**
   * Takes a key for one call. False when it was taken before: by a call that is at work or answered, or by another request;
   * a claim that has run out without an answer, and a row from before `forgetBefore`, give way.
   */
  claim(
    request: Omit<IdempotentRequest, 'statusCode' | 'sealedReply'>,
    forgetBefore: Date,
  ): Promise<boolean>
  find(keyHash: string): Promise<IdempotentRequest | null>
  /** Keeps the answer of a claimed call; false when the claim was lost meanwhile. */
  answer(
    claim: IdempotencyClaim,
    reply: { statusCode: number; sealedReply: string },
  ): Promise<boolean>
  /** Forgets a key, so that a repeat runs again; does nothing when somebody else has claimed it. */
  release(claim: IdempotencyClaim): Promise<void>
  /** Deletes what is older than its time; returns how many. */
  deleteCreatedBefore(before: Date, limit: number): Promise<number>
}
