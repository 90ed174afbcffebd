import { Gauge, type Registry } from 'prom-client'
import { inSet, OTHER } from './label-sets.ts'

/** Counts in the database, by app; null when they cannot be had. */
export type ReadCounts = () => Promise<readonly { appId: string; count: number }[] | null>

/** Registers a gauge by app that is read from the database when it is scraped. */
export function registerCountGauge({
  registry,
  name,
  help,
  appIds,
  read,
}: {
  registry: Registry
  name: string
  help: string
  appIds: readonly string[]
  read: ReadCounts
}): void {
  new Gauge({
    name,
    help,
    labelNames: ['app_id'],
    registers: [registry],
    async collect() {
      const counts = await read()
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
