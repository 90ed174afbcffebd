import { sql } from 'drizzle-orm'
import type { ApiKeyStore } from '../access/api-key-store.ts'
import type { AuditStore } from '../access/audit-store.ts'
import type { IdempotentRequestStore } from '../access/idempotent-request.ts'
import type { AppSignStore } from '../auth/app-signs.ts'
import type { JobSuccessStore } from '../auth/job-success-store.ts'
import type { Store, StoreSize } from '../auth/ports.ts'
import type { Tidings } from '../auth/tidings.ts'
import { createApiKeyRecords } from './api-keys.ts'
import { createAppSigns } from './app-signs.ts'
import { createAttempts } from './attempts.ts'
import { createAuditEntries } from './audit-entries.ts'
import type { Engine } from './engine.ts'
import { createGrantCensus } from './grant-census.ts'
import { createGrantKeys } from './grant-keys.ts'
import { createGrantRecords } from './grants.ts'
import { createIdempotentRequests } from './idempotent-requests.ts'
import { createJobSuccesses } from './job-successes.ts'
import { createRenewals } from './renewals.ts'
import { createRevocations } from './revocations.ts'
import { createSeals } from './seals.ts'
import { createSeenEvents } from './seen-events.ts'
import { createSessionCards } from './session-cards.ts'
import { createSessionMoves } from './session-moves.ts'
import { createSessionRecords } from './sessions.ts'
import { createTimeZones } from './time-zones.ts'
import { createUpkeepLeases } from './upkeep-leases.ts'
import { createUpkeepUses } from './upkeep-uses.ts'
import { createUpkeepRecords } from './upkeeps.ts'
import { type OperationListener, watchOperations } from './watch-operations.ts'
import { createWebhookDeliveries } from './webhook-deliveries.ts'

/** The store and the engine it was opened on. */
export type OpenStore = Store & {
  engine: 'sqlite' | 'postgres'
  idempotentRequests: IdempotentRequestStore
  apiKeys: ApiKeyStore
  audit: AuditStore
  signs: AppSignStore
  jobSuccesses: JobSuccessStore
}

/** Builds the store over an opened and migrated engine. */
export function createStore(engine: Engine, onOperation?: OperationListener): OpenStore {
  const watch = <Part extends object>(name: string, part: Part): Part =>
    watchOperations(name, part, onOperation)
  const sessions = {
    ...createSessionRecords(engine),
    ...createSessionMoves(engine),
    ...createSessionCards(engine),
  }
  const grants = {
    ...createGrantRecords(engine),
    ...createGrantKeys(engine),
  }
  const upkeeps = {
    ...createUpkeepRecords(engine),
    ...createUpkeepUses(engine),
    ...createUpkeepLeases(engine),
  }
  const database = watch('database', {
    ping: () => rewriteProbe(engine),
    measure: engine.measure ?? (async () => NOTHING),
  })
  const tidings = engine.tidings ?? SILENCE
  const { tell } = watch('tidings', { tell: tidings.tell })
  let closing: Promise<void> | null = null

  return {
    engine: engine.name,
    sessions: watch('sessions', sessions),
    attempts: watch('attempts', createAttempts(engine)),
    grants: watch('grants', grants),
    upkeeps: watch('upkeeps', upkeeps),
    renewals: watch('renewals', createRenewals(engine)),
    revocations: watch('revocations', createRevocations(engine)),
    seals: watch('seals', createSeals(engine)),
    tidings: { tell, listen: tidings.listen },
    seenEvents: watch('seen_events', createSeenEvents(engine)),
    timeZones: watch('time_zones', createTimeZones(engine)),
    idempotentRequests: watch('idempotent_requests', createIdempotentRequests(engine)),
    apiKeys: watch('api_keys', createApiKeyRecords(engine)),
    audit: watch('audit', createAuditEntries(engine)),
    signs: watch('app_signs', createAppSigns(engine)),
    jobSuccesses: watch('job_successes', createJobSuccesses(engine)),
    webhooks: watch('webhooks', createWebhookDeliveries(engine)),
    census: watch('census', createGrantCensus(engine)),
    ping: () => database.ping(),
    measure: () => database.measure(),
    close() {
      closing ??= engine.close()
      return closing
    },
  }
}

const NOTHING: StoreSize = {
  databaseBytes: 0,
  walBytes: null,
  diskFreeBytes: null,
  backedUpAt: null,
}

/** There is nobody else. */
const SILENCE: Tidings = { tell: async () => {}, listen: () => () => {} }

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
