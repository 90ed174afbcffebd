import { Counter, Histogram, type Registry } from 'prom-client'
import type { AuthEvent, FunnelStep, MachineStage } from '../auth/events.ts'
import { FUNNEL_STEPS, MACHINE_STAGES } from '../auth/events.ts'
import type { AuthSession } from '../auth/session.ts'
import { HTTP_SECONDS } from './buckets.ts'
import { inSet } from './label-sets.ts'

/** The metrics of the way from a request to a token. */
export interface FunnelMetrics {
  observe(event: AuthEvent): void
}

/** So many sessions are remembered, the latest: more than wait for people at one time. */
const SESSIONS_REMEMBERED = 20_000

/**
 * Registers the funnel and the time machines take on the way, apart from that of people.
 *
 * A session is counted once at each step, whatever is repeated: links are opened twice, callbacks are sent twice. What it
 * has reached is remembered by this process alone, so a step repeated at another instance counts there once more.
 */
export function createFunnelMetrics(registry: Registry, appIds: readonly string[]): FunnelMetrics {
  const steps = new Counter({
    name: 'lark_service_auth_funnel_total',
    help: 'Sessions that reached a step for the first time.',
    labelNames: ['app_id', 'step'],
    registers: [registry],
  })
  const stages = new Histogram({
    name: 'lark_service_auth_stage_duration_seconds',
    help: 'Time that machines took over one stage of an authorization, well or not.',
    labelNames: ['stage'],
    buckets: HTTP_SECONDS,
    registers: [registry],
  })
  for (const stage of MACHINE_STAGES) stages.zero({ stage })
  for (const app_id of appIds) {
    for (const step of FUNNEL_STEPS) steps.inc({ app_id, step }, 0)
  }
  // In the order in which they began, oldest first.
  const reached = new Map<string, Set<FunnelStep>>()

  return {
    observe(event) {
      if (event.type === 'stage_ended') stageEnded(event.stage, event.seconds)
      if (event.type === 'step_reached' && isFirst(event.step, event.session)) {
        steps.inc({ app_id: inSet(appIds, event.session.appId), step: event.step })
      }
    },
  }

  function stageEnded(stage: MachineStage, seconds: number): void {
    stages.observe({ stage }, seconds)
  }

  function isFirst(step: FunnelStep, { id, card }: AuthSession): boolean {
    // Cards are redrawn for many reasons; the last step is the one that shows the success.
    if (step === 'card_updated' && card.wants !== 'completed') return false
    const steps = reached.get(id) ?? remember(id)
    if (steps.has(step)) return false
    steps.add(step)
    return true
  }

  function remember(id: string): Set<FunnelStep> {
    const none = new Set<FunnelStep>()
    reached.set(id, none)
    for (const oldest of reached.keys()) {
      if (reached.size <= SESSIONS_REMEMBERED) break
      reached.delete(oldest)
    }
    return none
  }
}
