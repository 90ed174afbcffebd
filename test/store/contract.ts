import { afterAll, beforeEach, describe } from 'vitest'
import type { OpenStore } from '../../src/store/create-store.ts'
import { apiKeyContract } from './contract/api-keys.ts'
import { appSignContract } from './contract/app-signs.ts'
import { attemptContract } from './contract/attempts.ts'
import { auditContract } from './contract/audit.ts'
import { cardContract } from './contract/cards.ts'
import { censusContract } from './contract/census.ts'
import { endingContract } from './contract/endings.ts'
import { grantContract } from './contract/grants.ts'
import { idempotentRequestContract } from './contract/idempotent-requests.ts'
import { jobSuccessContract } from './contract/job-successes.ts'
import { keyContract } from './contract/keys.ts'
import { leaseContract } from './contract/leases.ts'
import { moveContract } from './contract/moves.ts'
import { raceContract } from './contract/races.ts'
import { renewalContract } from './contract/renewals.ts'
import { revocationContract } from './contract/revocations.ts'
import { rotationContract } from './contract/rotations.ts'
import { sealContract } from './contract/seals.ts'
import { seenEventContract } from './contract/seen-events.ts'
import { sessionContract } from './contract/sessions.ts'
import { timeZoneContract } from './contract/time-zones.ts'
import { upkeepRaceContract } from './contract/upkeep-races.ts'
import { upkeepContract } from './contract/upkeeps.ts'
import { webhookDeliveryContract } from './contract/webhook-deliveries.ts'

/** Two stores on one database, over connections of their own where the engine can. */
export type StorePair = { store: OpenStore; other: OpenStore }

/** One database under test; how to open it is the engine's affair, what it must do is not. */
export type StoreBench = {
  /** Gives two stores on one empty database; called before every test, which may reuse the last. */
  openEmpty(): Promise<StorePair>
  /** Closes the stores and removes the database. */
  close(): Promise<void>
}

/** Gives the stores of the running test. */
export type Stores = () => StorePair

/** Empties every table on both engines, but for the record of who did what, which only grows. */
export const EMPTY_EVERY_TABLE =
  'delete from auth_sessions; delete from oauth_attempts; delete from grants; delete from grant_upkeep; delete from revocations; delete from seen_events; delete from webhook_deliveries; delete from idempotent_requests; delete from api_keys; delete from audit_marks; delete from app_signs; delete from job_successes'

/** Empties that one too, on Postgres. */
export const EMPTY_THE_RECORD =
  'alter table audit_entries disable trigger user; delete from audit_entries; alter table audit_entries enable trigger user'

/** Everything a store must do, whichever engine is behind. */
export function describeStore(engine: string, bench: StoreBench): void {
  describe(`the store on ${engine}`, () => {
    let pair: StorePair | undefined
    const stores: Stores = () => {
      if (pair === undefined) throw new Error('The stores are not open yet.')
      return pair
    }
    beforeEach(async () => {
      pair = await bench.openEmpty()
    })
    afterAll(() => bench.close())

    sessionContract(stores)
    appSignContract(stores)
    jobSuccessContract(stores)
    moveContract(stores)
    cardContract(stores)
    attemptContract(stores)
    grantContract(stores)
    rotationContract(stores)
    endingContract(stores)
    keyContract(stores)
    sealContract(stores)
    censusContract(stores)
    leaseContract(stores)
    upkeepContract(stores)
    renewalContract(stores)
    revocationContract(stores)
    seenEventContract(stores)
    timeZoneContract(stores)
    webhookDeliveryContract(stores)
    idempotentRequestContract(stores)
    apiKeyContract(stores)
    auditContract(stores)
    raceContract(stores)
    upkeepRaceContract(stores)
  })
}
