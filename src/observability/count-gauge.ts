import { Gauge, type Registry } from 'prom-client'
import type { Clock } from '../auth/ports.ts'
import { createCachedRead } from './cached-read.ts'
import { inSet, OTHER } from './label-sets.ts'

const FRESH_SECONDS = 5

/** Counts in the database, by app. */
export type ReadCounts = () => Promise<readonly { appId: string; count: number }[]>

/**
 * Registers a gauge by app that is read from the database when it is scraped. Every instance reports the
 * same number, so aggregate with max. When the database fails, the gauge is absent and the rest still shows.
 */
export function registerCountGauge({
  registry,
  name,
  help,
  appIds,
  read,
  clock,
  onError,
}: {
  registry: Registry
  name: string
  help: string
  appIds: readonly string[]
  read: ReadCounts
  clock: Pick<Clock, 'now'>
  onError: (error: unknown) => void
}): void {
  const readCounts = createCachedRead(read, clock, FRESH_SECONDS)
  new Gauge({
    name,
    help,
    labelNames: ['app_id'],
    registers: [registry],
    async collect() {
      const counts = await readCounts().catch((error: unknown) => {
        onError(error)
        return null
      })
      this.reset()
      if (counts === null) return
      for (const appId of appIds) this.set({ app_id: appId }, 0)
      // Apps that were taken out of the configuration may still have rows.
      for (const { appId, count } of counts) this.inc({ app_id: inSet(appIds, appId) }, count)
    },
  })
}

/** The label of an app: itself when it is configured; a nameless one is the only one there is. */
export function appLabel(appIds: readonly string[], appId: string | null): string {
  if (appId !== null) return inSet(appIds, appId)
  return appIds.length === 1 && appIds[0] !== undefined ? appIds[0] : OTHER
}
