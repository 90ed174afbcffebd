import { randomUUID } from 'node:crypto'
import { type AppCircuit, createAppCircuit } from './app-circuit.ts'
import type { Apps } from './apps.ts'
import { type Around, unwatched } from './around.ts'
import type { Background } from './background.ts'
import { createEndGrant } from './end-grant.ts'
import type { EventSink } from './events.ts'
import { createFindFreshToken, type FindFreshToken } from './fresh-token.ts'
import { createGiveUpGrant } from './give-up-grant.ts'
import { createKeepGrantsAlive, type KeepGrantsAlive } from './keep-grants-alive.ts'
import type { Clock, OAuthClient, Store, TokenCipher } from './ports.ts'
import { createPresentRefreshToken, type PresentRefreshToken } from './present-refresh-token.ts'
import { createReadToken } from './read-token.ts'
import { createRefreshBudget } from './refresh-budget.ts'
import { createRefreshGrant, type RefreshGrant } from './refresh-grant.ts'
import type { RefreshResult } from './refresh-grant-result.ts'
import { createRefreshSchedule } from './refresh-schedule.ts'
import { createRevokeGrant, type RevokeGrant } from './revoke-grant.ts'
import { createRevokeStray, type RevokeStray } from './revoke-stray.ts'
import { createSaveRotation } from './save-rotation.ts'
import { createSweepRevocations, type SweepRevocations } from './sweep-revocations.ts'
import { createTellRevocation, type TellRevocation } from './tell-revocation.ts'
import { createUnsavedPairs, type UnsavedPairs } from './unsaved-pairs.ts'
import { createUseNotes } from './use-notes.ts'

/** Everything that keeps tokens working, and ends them. */
export interface Tokens {
  findFreshToken: FindFreshToken
  keepGrantsAlive: KeepGrantsAlive
  refreshGrant: RefreshGrant
  revokeGrant: RevokeGrant
  tellRevocation: TellRevocation
  revokeStray: RevokeStray
  sweepRevocations: SweepRevocations
  circuit: AppCircuit
  unsaved: UnsavedPairs
  /** Begins no more refreshes but those of callers that need not wait; what is begun comes to its end. */
  close(): void
}

/** What tokens need from outside. */
export type TokensNeighbours = {
  apps: Apps
  store: Store
  cipher: TokenCipher
  oauth: OAuthClient
  clock: Clock
  events: EventSink
  background: Background
  /** Who watches how long work takes. */
  around?: Around | undefined
  /** TOKEN_REFRESH_THRESHOLD: refresh when less than this share of the lifetime is left. */
  refreshThreshold: number
}

/** Builds the refresh engine and what stands around it. */
export function createTokens(neighbours: TokensNeighbours): Tokens {
  const { store, clock, background, around = unwatched } = neighbours
  const schedule = createRefreshSchedule(neighbours.refreshThreshold)
  const readToken = createReadToken(neighbours.cipher)
  const circuit = createAppCircuit({ clock })
  const unsaved = createUnsavedPairs({ clock, background })
  const budget = createRefreshBudget({ clock })
  const tellRevocation = createTellRevocation(neighbours)
  const revokeStray = createRevokeStray({ ...neighbours, tellRevocation })
  const engine = { ...neighbours, schedule, readToken, circuit, unsaved, budget, revokeStray }
  const saveRotation = createSaveRotation(engine)
  const giveUp = createGiveUpGrant(engine)
  const unwatchedPresent = createPresentRefreshToken({ ...engine, giveUp, saveRotation })
  const present: PresentRefreshToken = (...which) =>
    around('refresh', () => unwatchedPresent(...which), failureOf)
  const refreshGrant = createRefreshGrant({ ...engine, present, giveUp, owner: randomUUID() })
  const useNotes = createUseNotes({ store, clock, schedule })
  const keepGrantsAlive = createKeepGrantsAlive({ ...engine, refreshGrant, useNotes })
  const endGrant = createEndGrant({ ...neighbours, unsaved })
  const revoking = { ...neighbours, tellRevocation, endGrant, unsaved }
  const revokeGrant = createRevokeGrant(revoking)
  return {
    findFreshToken: createFindFreshToken({ ...engine, refreshGrant, useNotes }),
    keepGrantsAlive,
    refreshGrant,
    tellRevocation,
    revokeStray,
    sweepRevocations: createSweepRevocations(revoking),
    revokeGrant: {
      ...revokeGrant,
      // What is gone here must also be told to Feishu.
      here: (...which) => background.finish(() => revokeGrant.here(...which)),
    },
    circuit,
    unsaved,
    close() {
      keepGrantsAlive.close()
      budget.close()
      background.run(() => useNotes.write())
    },
  }
}

function failureOf(result: RefreshResult | null): string | null {
  if (result?.kind === 'fresh') return result.how === 'unsaved' ? 'persist_failed' : null
  return result !== null && 'reason' in result ? result.reason : null
}
