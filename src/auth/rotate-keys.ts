import { TokenUnreadableError } from '../errors.ts'
import type { Grant } from './grant.ts'
import type { Binding, Clock, Store, TokenCipher } from './ports.ts'
import type { Revocation } from './revocation.ts'
import { bindingsOf } from './revocation-of.ts'
import { accessTokenBinding, refreshTokenBinding } from './store-grant.ts'
import type { GrantKey } from './upkeep.ts'

/** How far a rotation has come: grants and revocations sealed anew, and those that no key of the ring opens. */
export type Rotation = { resealed: number; unreadable: number }

/**
 * Seals every grant with the first key that is not sealed with it yet, and the tokens that Feishu is yet to be told of, while
 * callers read and refresh; running it again does no harm. Tickets and PKCE verifiers live for minutes and are left to run out. What does not open is counted
 * and left as it is.
 * @throws {StoreUnavailableError} when the database fails; what was done until then stays done.
 */
export type RotateKeys = (onProgress?: (rotation: Rotation) => void) => Promise<Rotation>

type Neighbours = {
  store: Pick<Store, 'grants' | 'revocations'>
  cipher: TokenCipher
  clock: Pick<Clock, 'sleep'>
  /** The id of the key that {@link TokenCipher.seal} uses: the first of the ring. */
  sealingKeyId: string
  /** How many are read at a time; they are written one by one. */
  batchSize?: number | undefined
}

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
      for await (const resealing of sealedOtherwise()) {
        const outcome = await orUnreadable(resealing)
        if (outcome === 'resealed') resealed++
        if (outcome === 'changed') missed++
        if (outcome === 'unreadable') unreadable++
        if ((resealed + missed + unreadable) % batchSize === 0) onProgress({ resealed, unreadable })
      }
      // A pass that has done anything may have been overtaken: the next one looks.
      const isDone = resealed === before && missed === 0
      if (isDone || pass === MOST_PASSES) {
        onProgress({ resealed, unreadable })
        return { resealed, unreadable }
      }
    }
  }

  async function* sealedOtherwise(): AsyncGenerator<() => Promise<boolean>> {
    for await (const grant of grantsOfOtherKeys()) yield () => resealGrant(grant)
    for await (const each of revocationsOfOtherKeys()) yield () => resealRevocation(each)
  }

  async function* grantsOfOtherKeys(): AsyncGenerator<Grant> {
    const counts = await store.grants.countByKey()
    for (const { keyId } of counts.filter((each) => each.keyId !== sealingKeyId)) {
      for (let after: GrantKey | undefined; ; ) {
        const batch = await store.grants.list({ sealedWith: keyId, after, limit: batchSize })
        yield* batch
        // An embedded database answers without ever letting go of the event loop.
        await clock.sleep(0)
        after = batch.at(-1)
        if (batch.length < batchSize) break
      }
    }
  }

  async function* revocationsOfOtherKeys(): AsyncGenerator<Revocation> {
    for (let after: string | null = null; ; ) {
      const batch = await store.revocations.listSealedOtherwise(sealingKeyId, after, batchSize)
      yield* batch
      after = batch.at(-1)?.id ?? null
      if (batch.length < batchSize) return
    }
  }

  async function orUnreadable(
    reseal: () => Promise<boolean>,
  ): Promise<'resealed' | 'changed' | 'unreadable'> {
    try {
      return (await reseal()) ? 'resealed' : 'changed'
    } catch (error) {
      if (error instanceof TokenUnreadableError) return 'unreadable'
      throw error
    }
  }

  /** Compare-and-set: a refresh or a consent that came first has sealed a pair of its own. */
  async function resealGrant(grant: Grant): Promise<boolean> {
    const pair = {
      sealedAccessToken: again(grant.sealedAccessToken, accessTokenBinding(grant)),
      sealedRefreshToken: againOrNull(grant.sealedRefreshToken, refreshTokenBinding(grant)),
    }
    return await store.grants.reseal(grant, pair)
  }

  async function resealRevocation(revocation: Revocation): Promise<boolean> {
    const { accessToken, refreshToken } = bindingsOf(revocation)
    const tokens = {
      sealedAccessToken: againOrNull(revocation.sealedAccessToken, accessToken),
      sealedRefreshToken: againOrNull(revocation.sealedRefreshToken, refreshToken),
    }
    return await store.revocations.reseal(revocation, tokens)
  }

  function againOrNull(sealed: string | null, binding: Binding): string | null {
    return sealed === null ? null : again(sealed, binding)
  }

  function again(sealed: string, binding: Binding): string {
    return cipher.seal(cipher.open(sealed, binding), binding)
  }
}
