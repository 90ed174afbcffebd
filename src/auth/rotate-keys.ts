import { TokenUnreadableError } from '../errors.ts'
import type { Grant } from './grant.ts'
import type { Binding, Clock, Store, TokenCipher } from './ports.ts'
import type { Revocation } from './revocation.ts'
import { bindingsOf } from './revocation-of.ts'
import type { AuthSession } from './session.ts'
import { accessTokenBinding, refreshTokenBinding } from './store-grant.ts'
import { ticketBinding } from './ticket.ts'
import type { GrantKey } from './upkeep.ts'

/** How far a rotation has come: grants, revocations and waiting cards sealed anew, and those that no key of the ring opens. */
export type Rotation = { resealed: number; unreadable: number }

/**
 * Seals every grant with the first key, the tokens that Feishu is yet to be told of, and the tickets of cards that wait, while
 * callers read and refresh; running it again does no harm. PKCE verifiers live for ten minutes and kept answers for a day: they
 * are left to run out. What does not open is counted and left as it is.
 * @throws {StoreUnavailableError} when the database fails; what was done until then stays done.
 */
export type RotateKeys = (onProgress?: (rotation: Rotation) => void) => Promise<Rotation>

type Neighbours = {
  store: Pick<Store, 'grants' | 'revocations' | 'seals'>
  cipher: TokenCipher
  clock: Pick<Clock, 'sleep'>
  /** The id of the key that {@link TokenCipher.seal} uses: the first of the ring. */
  sealingKeyId: string
  /** How many rows are read at a time, and as many grants are written in one statement. */
  batchSize?: number | undefined
}

/** What became of a batch; missed is what somebody else has changed meanwhile. */
type Batch = Rotation & { missed: number }

const BATCH = 100
/** An instance that still runs with the former key in front seals with it again; that must not go on for ever. */
const MOST_PASSES = 10

/** Creates the use case behind `keys rotate`. */
export function createRotateKeys(neighbours: Neighbours): RotateKeys {
  const { store, cipher, clock, sealingKeyId, batchSize = BATCH } = neighbours

  return async (onProgress = () => {}) => {
    let resealed = 0
    for (let pass = 1; ; pass++) {
      const before = resealed
      let [missed, unreadable] = [0, 0]
      for await (const batch of batches()) {
        resealed += batch.resealed
        missed += batch.missed
        unreadable += batch.unreadable
        onProgress({ resealed, unreadable })
      }
      // A pass that has done anything may have been overtaken: the next one looks.
      const isDone = resealed === before && missed === 0
      if (isDone || pass === MOST_PASSES) return { resealed, unreadable }
    }
  }

  async function* batches(): AsyncGenerator<Batch> {
    const counts = await store.grants.countByKey()
    for (const { keyId } of counts.filter((each) => each.keyId !== sealingKeyId)) {
      const list = (after: GrantKey | undefined) =>
        store.grants.list({ sealedWith: keyId, after, limit: batchSize })
      for await (const page of pages(list)) yield resealGrants(page)
    }
    const listRevocations = (after: Revocation | undefined) =>
      store.revocations.listSealedOtherwise(sealingKeyId, after?.id ?? null, batchSize)
    for await (const page of pages(listRevocations)) yield eachOf(page, resealRevocation)
    const listTickets = (after: AuthSession | undefined) =>
      store.seals.listTickets({ notSealedWith: sealingKeyId, after, limit: batchSize })
    for await (const page of pages(listTickets)) yield eachOf(page, resealTicket)
  }

  async function* pages<Row>(
    list: (after: Row | undefined) => Promise<Row[]>,
  ): AsyncGenerator<readonly Row[]> {
    for (let after: Row | undefined; ; ) {
      const page = await list(after)
      if (page.length > 0) yield page
      // An embedded database answers without ever letting go of the event loop.
      await clock.sleep(0)
      after = page.at(-1)
      if (page.length < batchSize) return
    }
  }

  /** Compare-and-set: a refresh or a consent that came first has sealed a pair of its own. */
  async function resealGrants(page: readonly Grant[]): Promise<Batch> {
    const opened = page.flatMap((grant) => {
      const pair = unlessUnreadable(() => ({
        sealedAccessToken: again(grant.sealedAccessToken, accessTokenBinding(grant)),
        sealedRefreshToken: againOrNull(grant.sealedRefreshToken, refreshTokenBinding(grant)),
      }))
      return pair ? [{ grant, pair }] : []
    })
    const resealed = await store.grants.reseal(opened)
    const missed = opened.length - resealed
    return { resealed, missed, unreadable: page.length - opened.length }
  }

  /** There are few of what is written one by one. */
  async function eachOf<Row>(
    page: readonly Row[],
    reseal: (row: Row) => Promise<boolean | null>,
  ): Promise<Batch> {
    const batch = { resealed: 0, missed: 0, unreadable: 0 }
    for (const row of page) {
      const isWritten = await reseal(row)
      if (isWritten === null) batch.unreadable++
      else if (isWritten) batch.resealed++
      else batch.missed++
    }
    return batch
  }

  async function resealRevocation(revocation: Revocation): Promise<boolean | null> {
    const { accessToken, refreshToken } = bindingsOf(revocation)
    const tokens = unlessUnreadable(() => ({
      sealedAccessToken: againOrNull(revocation.sealedAccessToken, accessToken),
      sealedRefreshToken: againOrNull(revocation.sealedRefreshToken, refreshToken),
    }))
    return tokens === null ? null : await store.revocations.reseal(revocation, tokens)
  }

  async function resealTicket(session: AuthSession): Promise<boolean | null> {
    const ticket = unlessUnreadable(() => again(session.sealedTicket, ticketBinding(session)))
    return ticket === null ? null : await store.seals.resealTicket(session, ticket)
  }

  function againOrNull(sealed: string | null, binding: Binding): string | null {
    return sealed === null ? null : again(sealed, binding)
  }

  function again(sealed: string, binding: Binding): string {
    return cipher.seal(cipher.open(sealed, binding), binding)
  }
}

/** Null when no key of the ring opens it. */
function unlessUnreadable<Sealed>(seal: () => Sealed): Sealed | null {
  try {
    return seal()
  } catch (error) {
    if (error instanceof TokenUnreadableError) return null
    throw error
  }
}
