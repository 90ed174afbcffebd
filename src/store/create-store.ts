import { sql } from 'drizzle-orm'
import type { Store } from '../auth/ports.ts'
import { createAttempts } from './attempts.ts'
import type { Engine } from './engine.ts'
import { createGrantKeys } from './grant-keys.ts'
import { createGrantRecords } from './grants.ts'
import { createSeenEvents } from './seen-events.ts'
import { createSessionCards } from './session-cards.ts'
import { createSessionMoves } from './session-moves.ts'
import { createSessionRecords } from './sessions.ts'
import { createUpkeepLeases } from './upkeep-leases.ts'
import { createUpkeepRecords } from './upkeeps.ts'
import { type OperationListener, watchOperations } from './watch-operations.ts'

/** The store and the engine it was opened on. */
export type OpenStore = Store & { engine: 'sqlite' | 'postgres' }

/** Builds the store over an opened and migrated engine. */
export function createStore(engine: Engine, onOperation?: OperationListener): OpenStore {
  const watch = <Part extends object>(name: string, part: Part): Part =>
    watchOperations(name, part, onOperation)
  const sessions = {
    ...createSessionRecords(engine),
    ...createSessionMoves(engine),
    ...createSessionCards(engine),
  }
  const grants = { ...createGrantRecords(engine), ...createGrantKeys(engine) }
  const upkeeps = { ...createUpkeepRecords(engine), ...createUpkeepLeases(engine) }
  const database = watch('database', { ping: () => rewriteProbe(engine) })
  let closing: Promise<void> | null = null

  return {
    engine: engine.name,
    sessions: watch('sessions', sessions),
    attempts: watch('attempts', createAttempts(engine)),
    grants: watch('grants', grants),
    upkeeps: watch('upkeeps', upkeeps),
    seenEvents: watch('seen_events', createSeenEvents(engine)),
    ping: () => database.ping(),
    close() {
      closing ??= engine.close()
      return closing
    },
  }
}

/** A read would still succeed on a full disk or on a standby. */
async function rewriteProbe({ database, schema: { writeProbe } }: Engine): Promise<void> {
  await database
    .insert(writeProbe)
    .values({ id: 1, writes: 1 })
    .onConflictDoUpdate({
      target: writeProbe.id,
      set: { writes: sql`(${writeProbe.writes} + 1) % 1000000` },
    })
}
