import type { Registry } from 'prom-client'
import type { Clock, SessionStore, Store, StoreSize } from '../auth/ports.ts'
import type { WebhookOutbox } from '../auth/webhook-outbox.ts'
import { createCachedRead } from './cached-read.ts'
import { registerCountGauge } from './count-gauge.ts'
import { registerGrantGauges } from './grant-gauges.ts'
import { registerKeyGauge } from './key-gauge.ts'
import { registerReadGauge } from './read-gauge.ts'

/** What the gauges of the database are read from. */
export type WatchedStore = Pick<Store, 'census' | 'measure'> & {
  sessions: Pick<SessionStore, 'countPending' | 'countCardsDue'>
  webhooks: Pick<WebhookOutbox, 'countQueued'>
}

/** Tells the gauges which store to read. */
export type WatchStore = (store: WatchedStore) => void

/** Who scrapes does not wait longer for a count of all grants, but gets the one before; the next scrape gets this one. */
const CENSUS_PATIENCE_MS = 100

/**
 * Registers the gauges that are read from the database when they are scraped.
 *
 * Every instance reports the same numbers, so aggregate with max. A gauge is absent while it cannot be read, and the rest
 * still shows.
 */
export function createStoreGauges({
  registry,
  appIds,
  keyIds = [],
  clock,
  onError,
}: {
  registry: Registry
  appIds: readonly string[]
  keyIds?: readonly string[] | undefined
  clock: Pick<Clock, 'now' | 'sleep'>
  onError: (error: unknown) => void
}): WatchStore {
  let watched: WatchedStore | null = null
  const byApp = { registry, appIds }
  const counts = reader(({ census }) => census.count(clock.now()), CENSUS_PATIENCE_MS)
  const size = reader((store) => store.measure())

  registerCountGauge({
    ...byApp,
    name: 'lark_service_auth_session_active',
    help: 'Sessions that are pending.',
    read: reader(({ sessions }) => sessions.countPending()),
  })
  registerCountGauge({
    ...byApp,
    name: 'lark_service_card_outbox_depth',
    help: 'Cards that wait to be sent or redrawn.',
    read: reader(({ sessions }) => sessions.countCardsDue()),
  })
  registerCountGauge({
    ...byApp,
    name: 'lark_service_token_active_count',
    help: 'People whose token is usable.',
    read: async () => {
      const states = (await counts())?.byState
      return states?.filter(({ state }) => state === 'active' || state === 'expiring') ?? null
    },
  })
  registerGrantGauges({ ...byApp, read: counts, clock })
  registerKeyGauge({ registry, keyIds, read: async () => (await counts())?.byKey ?? null })
  registerReadGauge({
    registry,
    name: 'lark_service_webhook_queue_depth',
    help: 'Webhooks that wait to be delivered.',
    read: reader(({ webhooks }) => webhooks.countQueued()),
  })
  registerSizeGauges(registry, size)

  return (store) => {
    watched = store
  }

  /** Reads at most every few seconds; null when there is no store, it fails, or it does not answer. */
  function reader<T>(
    read: (store: WatchedStore) => Promise<T>,
    patienceMs?: number,
  ): () => Promise<T | null> {
    const readOnce = async () => {
      if (watched === null) return null
      try {
        return await read(watched)
      } catch (error) {
        // Here, and not below, so that what several gauges share is told of once.
        onError(error)
        throw error
      }
    }
    const readAgain = createCachedRead(readOnce, clock, patienceMs)
    return () => readAgain().catch(() => null)
  }
}

function registerSizeGauges(registry: Registry, read: () => Promise<StoreSize | null>): void {
  registerReadGauge({
    registry,
    name: 'lark_service_db_size_bytes',
    help: 'Size of the database.',
    read: async () => (await read())?.databaseBytes ?? null,
  })
  registerReadGauge({
    registry,
    name: 'lark_service_db_wal_size_bytes',
    help: 'Size of the write-ahead log of SQLite.',
    read: async () => (await read())?.walBytes ?? null,
  })
  registerReadGauge({
    registry,
    name: 'lark_service_data_disk_free_bytes',
    help: 'Room left on the disk of the SQLite database.',
    read: async () => (await read())?.diskFreeBytes ?? null,
  })
  registerReadGauge({
    registry,
    name: 'lark_service_backup_last_success_timestamp_seconds',
    help: 'When the last backup succeeded; absent before the first.',
    read: async () => {
      const at = (await read())?.backedUpAt
      return at ? at.getTime() / 1000 : null
    },
  })
}
