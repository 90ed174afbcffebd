import { Gauge, type Registry } from 'prom-client'
import { COUNTED_STATES, type GrantCounts, TIME_LEFT_BINS } from '../auth/grant-census.ts'
import type { Clock } from '../auth/ports.ts'
import { inSet } from './label-sets.ts'

/** Reads the counts of all grants; null when they cannot be had. */
export type ReadGrantCounts = () => Promise<GrantCounts | null>

/** Registers the gauges of all grants, read together; they are absent while they cannot be read. */
export function registerGrantGauges({
  registry,
  appIds,
  read,
  clock,
}: {
  registry: Registry
  appIds: readonly string[]
  read: ReadGrantCounts
  clock: Pick<Clock, 'now'>
}): void {
  const registers = [registry]
  new Gauge({
    name: 'lark_service_tokens',
    help: 'Grants by how they stand; expiring works, and ends within a day unless something happens.',
    labelNames: ['app_id', 'state'],
    registers,
    async collect() {
      const counts = await read()
      this.reset()
      if (counts === null) return
      for (const app_id of appIds) {
        for (const state of COUNTED_STATES) this.set({ app_id, state }, 0)
      }
      for (const { appId, state, count } of counts.byState) {
        this.inc({ app_id: inSet(appIds, appId), state }, count)
      }
    },
  })
  new Gauge({
    name: 'lark_service_refresh_tokens_by_time_left',
    help: 'Refresh tokens by the time they have left, in exclusive bins named by their upper bound.',
    labelNames: ['app_id', 'bucket'],
    registers,
    async collect() {
      const counts = await read()
      this.reset()
      if (counts === null) return
      for (const app_id of appIds) {
        for (const bucket of TIME_LEFT_BINS) this.set({ app_id, bucket }, 0)
      }
      for (const { appId, bin, count } of counts.byTimeLeft) {
        this.inc({ app_id: inSet(appIds, appId), bucket: bin }, count)
      }
    },
  })
  new Gauge({
    name: 'lark_service_refresh_token_oldest_issued_timestamp_seconds',
    help: 'When the refresh token was issued that ends first, of those that have not ended; absent without one.',
    labelNames: ['app_id'],
    registers,
    async collect() {
      const counts = await read()
      this.reset()
      for (const { appId, at } of oldestOf(appIds, counts?.oldestIssue ?? [])) {
        this.set({ app_id: appId }, at.getTime() / 1000)
      }
    },
  })
  new Gauge({
    name: 'lark_service_token_refresh_lag_seconds',
    help: 'How long the most overdue refresh has been waiting; 0 when none is.',
    labelNames: ['app_id'],
    registers,
    async collect() {
      const counts = await read()
      this.reset()
      if (counts === null) return
      for (const app_id of appIds) this.set({ app_id }, 0)
      for (const { appId, at } of oldestOf(appIds, counts.oldestDue)) {
        this.set({ app_id: appId }, Math.max(0, (clock.now().getTime() - at.getTime()) / 1000))
      }
    },
  })
}

/** Apps that are no longer configured share one label, which shows the oldest of them. */
function oldestOf(
  appIds: readonly string[],
  instants: readonly { appId: string; at: Date }[],
): { appId: string; at: Date }[] {
  const oldest = new Map<string, Date>()
  for (const { appId, at } of instants) {
    const label = inSet(appIds, appId)
    const known = oldest.get(label)
    if (!known || at < known) oldest.set(label, at)
  }
  return [...oldest].map(([appId, at]) => ({ appId, at }))
}
