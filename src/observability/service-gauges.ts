import { Gauge, type Registry } from 'prom-client'
import type { Clock } from '../auth/ports.ts'
import { createCachedRead } from './cached-read.ts'

/** What the service needs to be ready; the closed set of the label `check`. */
export const READY_CHECKS = ['db', 'keys', 'migrations', 'websocket'] as const

/** One check and whether it passes. */
export type ReadyCheck = { check: (typeof READY_CHECKS)[number]; isOk: boolean }

/** What the gauges of this process are read from. */
export type WatchedService = {
  /** Callers that wait for a session to end. */
  countWaiters: () => number
  /** Refreshed tokens that are in memory only, of each app. */
  unsavedPairs: () => readonly { appId: string; count: number }[]
  /** 0 closed, 1 half-open, 2 open; the worst of all apps. */
  tokenCircuit: () => 0 | 1 | 2
  /** A check that nobody makes is left out. */
  readiness: () => Promise<readonly ReadyCheck[]>
}

/** Tells the gauges what to read. */
export type WatchService = (service: WatchedService) => void

/** Registers the gauges that are read from the parts of this process; they are absent until told of them. */
export function createServiceGauges({
  registry,
  clock,
  onError,
}: {
  registry: Registry
  clock: Pick<Clock, 'now' | 'sleep'>
  onError: (error: unknown) => void
}): WatchService {
  let watched: WatchedService | null = null
  const readReadiness = createCachedRead(async () => watched?.readiness() ?? [], clock)
  new Gauge({
    name: 'lark_service_waiters',
    help: 'Callers of this process that wait for a session to end.',
    registers: [registry],
    collect() {
      this.set(watched?.countWaiters() ?? 0)
    },
  })
  new Gauge({
    name: 'lark_service_unsaved_pairs',
    help: 'Refreshed tokens that this process has in memory only; a restart loses them.',
    labelNames: ['app_id'],
    registers: [registry],
    collect() {
      for (const { appId, count } of watched?.unsavedPairs() ?? []) {
        this.set({ app_id: appId }, count)
      }
    },
  })
  new Gauge({
    name: 'lark_service_circuit_state',
    help: 'Whether calls are let through: 0 closed, 1 half-open, 2 open.',
    labelNames: ['dependency'],
    registers: [registry],
    collect() {
      this.set({ dependency: 'token_endpoint' }, watched?.tokenCircuit() ?? 0)
    },
  })
  new Gauge({
    name: 'lark_service_ready',
    help: '1 while the check passes, else 0.',
    labelNames: ['check'],
    registers: [registry],
    async collect() {
      const checks = await readReadiness().catch((error: unknown) => {
        onError(error)
        return []
      })
      this.reset()
      for (const { check, isOk } of checks ?? []) this.set({ check }, isOk ? 1 : 0)
    },
  })
  return (service) => {
    watched = service
  }
}
