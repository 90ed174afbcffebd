import { createHash } from 'node:crypto'
import type { Binding, Clock, TokenCipher } from '../auth/ports.ts'
import { TokenUnreadableError } from '../errors.ts'
import { canonicalJson } from './canonical-json.ts'
import type { IdempotencyClaim, IdempotentRequestStore } from './idempotent-request.ts'

/** How long an answer can be asked for again. */
export const IDEMPOTENCY_HOURS = 24

/** A call with an idempotency key. */
export type RepeatableCall = {
  /** Who calls; a key of one caller means nothing in the hands of another. */
  caller: string
  key: string
  /** What is asked, as JSON: method, path and body. */
  request: unknown
  /** How long the call may work before a repeat takes it for dead. */
  claimSeconds: number
}

/** The answer to keep: a status and a text; nothing is known here of what the text says. */
export type KeptReply = { statusCode: number; text: string }

/** What a call with a key finds. */
export type Begun =
  /** It is the first: it works, then hands in its answer or lets go of the key. */
  | { kind: 'first'; answer(reply: KeptReply): Promise<void>; release(): Promise<void> }
  | { kind: 'answered'; reply: KeptReply }
  | { kind: 'at_work'; retryAfterSeconds: number }
  | { kind: 'other_request' }

/**
 * Lets a caller send a request twice and have it done once
 * (https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/).
 */
export interface Idempotency {
  /**
   * @throws {TokenUnreadableError} when a kept answer was damaged or moved; one whose key is retired counts as never given.
   * @throws {StoreUnavailableError} when the database fails; nothing was begun.
   */
  begin(call: RepeatableCall): Promise<Begun>
}

type Neighbours = { requests: IdempotentRequestStore; cipher: TokenCipher; clock: Clock }

const HOUR_MS = 3_600_000
/** Most calls are done sooner than the claim of a dead one runs out. */
const MOST_RETRY_AFTER = 5
const TRIES = 4

/** Creates the memory of repeated requests over a store that all instances share. */
export function createIdempotency({ requests, cipher, clock }: Neighbours): Idempotency {
  return {
    async begin({ caller, key, request, claimSeconds }) {
      const keyHash = hash([caller, key])
      const fingerprint = hash(request)
      for (let attempt = 0; attempt < TRIES; attempt++) {
        const now = clock.now()
        const claimedUntil = after(now, claimSeconds * 1000)
        const claim = { keyHash, claimedUntil }
        const isFirst = await requests.claim(
          { ...claim, fingerprint, createdAt: now },
          after(now, -IDEMPOTENCY_HOURS * HOUR_MS),
        )
        if (isFirst) return first(claim)
        const found = await requests.find(keyHash)
        // Released between the two statements: the key is free again.
        if (!found) continue
        if (found.fingerprint !== fingerprint) return { kind: 'other_request' }
        if (found.statusCode === null || found.sealedReply === null) return atWork(found, now)
        const text = openReply(found.sealedReply, keyHash)
        if (text !== null) {
          return { kind: 'answered', reply: { statusCode: found.statusCode, text } }
        }
        await requests.release(found)
      }
      return { kind: 'at_work', retryAfterSeconds: 1 }
    },
  }

  function first(claim: IdempotencyClaim): Begun {
    return {
      kind: 'first',
      async answer({ statusCode, text }) {
        const sealedReply = cipher.seal(text, replyBinding(claim.keyHash))
        await requests.answer(claim, { statusCode, sealedReply })
      },
      release: () => requests.release(claim),
    }
  }

  /** Null when the key that sealed it is no longer in the ring. */
  function openReply(sealed: string, keyHash: string): string | null {
    try {
      return cipher.open(sealed, replyBinding(keyHash))
    } catch (error) {
      if (error instanceof TokenUnreadableError && error.reason === 'bad_key') return null
      throw error
    }
  }
}

function atWork({ claimedUntil }: IdempotencyClaim, now: Date): Begun {
  const left = Math.ceil((claimedUntil.getTime() - now.getTime()) / 1000)
  return { kind: 'at_work', retryAfterSeconds: Math.min(Math.max(left, 1), MOST_RETRY_AFTER) }
}

/** An answer belongs to its row as a token does to its grant. */
function replyBinding(keyHash: string): Binding {
  return { appId: '', tenantKey: null, openId: keyHash, field: 'idempotent_reply' }
}

function hash(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value), 'utf8').digest('base64url')
}

function after(instant: Date, milliseconds: number): Date {
  return new Date(instant.getTime() + milliseconds)
}
