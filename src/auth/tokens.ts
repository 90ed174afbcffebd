import { randomUUID } from 'node:crypto'
import { type AppCircuit, createAppCircuit } from './app-circuit.ts'
import type { Apps } from './apps.ts'
import type { Background } from './background.ts'
import type { EventSink } from './events.ts'
import { createFindFreshToken, type FindFreshToken } from './fresh-token.ts'
import { createKeepGrantsAlive, type KeepGrantsAlive } from './keep-grants-alive.ts'
import { createNoteUse } from './note-use.ts'
import type { Clock, OAuthClient, Store, TokenCipher } from './ports.ts'
import { createPresentRefreshToken } from './present-refresh-token.ts'
import { createReadToken } from './read-token.ts'
import { createRefreshBudget } from './refresh-budget.ts'
import { createRefreshGrant } from './refresh-grant.ts'
import { createRefreshSchedule } from './refresh-schedule.ts'
import { createRevokeGrant, type RevokeGrant } from './revoke-grant.ts'
import { createSaveRotation } from './save-rotation.ts'
import { createUnsavedPairs, type UnsavedPairs } from './unsaved-pairs.ts'

/** Everything that keeps tokens working, and ends them. */
export interface Tokens {
  findFreshToken: FindFreshToken
  keepGrantsAlive: KeepGrantsAlive
  revokeGrant: RevokeGrant
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
  /** TOKEN_REFRESH_THRESHOLD: refresh when less than this share of the lifetime is left. */
  refreshThreshold: number
}

/** Builds the refresh engine and what stands around it. */
export function createTokens(neighbours: TokensNeighbours): Tokens {
  const { store, cipher, clock, events, background } = neighbours
  const schedule = createRefreshSchedule(neighbours.refreshThreshold)
  const readToken = createReadToken(cipher)
  const circuit = createAppCircuit({ clock })
  const unsaved = createUnsavedPairs({ clock, background })
  const budget = createRefreshBudget({ clock })
  const engine = { ...neighbours, schedule, readToken, circuit, unsaved, budget }
  const present = createPresentRefreshToken({
    ...engine,
    saveRotation: createSaveRotation(engine),
  })
  const refreshGrant = createRefreshGrant({ ...engine, present, owner: randomUUID() })
  const noteUse = createNoteUse({ store, clock, schedule, background })
  const keepGrantsAlive = createKeepGrantsAlive({ ...engine, refreshGrant })
  return {
    findFreshToken: createFindFreshToken({ ...engine, refreshGrant, noteUse }),
    keepGrantsAlive,
    revokeGrant: createRevokeGrant({ store, cipher, oauth: neighbours.oauth, clock, events }),
    circuit,
    unsaved,
    close() {
      keepGrantsAlive.close()
      budget.close()
    },
  }
}
