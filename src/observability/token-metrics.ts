import { Counter, Histogram, type Registry } from 'prom-client'
import type { AuthEvent } from '../auth/events.ts'
import type { GrantEvent, RefreshDecision } from '../auth/grant-events.ts'
import { LEASE_SECONDS, REFRESH_SECONDS } from './buckets.ts'
import { inSet } from './label-sets.ts'
import {
  CRASH_RECOVERIES,
  GRANT_ENDS,
  REFRESH_FAILURES,
  REVOCATION_REASONS,
  REVOCATION_SOURCES,
  type RefreshFailure,
  SHARED_HOW,
} from './token-label-sets.ts'

/** How a refresh decision of the one who holds the lease can end. */
export const REFRESH_OUTCOMES = [
  'success',
  'failure',
  'skipped_fresh',
  'superseded',
  'not_tried',
] as const satisfies readonly RefreshDecision[]

/** The source of a token that was revoked because somebody else than the person asked had consented. */
const MISMATCH = 'mismatch'

/** The metrics of refreshes and revocations. */
export interface TokenMetrics {
  observe(event: AuthEvent): void
}

/** Registers the metrics of what happens to tokens. */
export function createTokenMetrics(registry: Registry, appIds: readonly string[]): TokenMetrics {
  const registers = [registry]
  const refreshes = new Counter({
    name: 'lark_service_token_refresh_total',
    help: 'Refresh decisions that ended.',
    labelNames: ['app_id', 'outcome'],
    registers,
  })
  const failures = new Counter({
    name: 'lark_service_token_refresh_failure_total',
    help: 'Refreshes that ended badly, among them pairs that could not be saved at once.',
    labelNames: ['app_id', 'reason'],
    registers,
  })
  const shared = new Counter({
    name: 'lark_service_token_refresh_shared_total',
    help: "Callers who got somebody else's refresh.",
    labelNames: ['app_id', 'how'],
    registers,
  })
  const calls = new Counter({
    name: 'lark_service_token_refresh_upstream_calls_total',
    help: 'Refresh tokens presented to Feishu.',
    labelNames: ['app_id'],
    registers,
  })
  const reused = new Counter({
    name: 'lark_service_token_refresh_reuse_rejected_total',
    help: 'Refresh tokens that Feishu called spent although nobody here had spent them; must stay 0.',
    labelNames: ['app_id'],
    registers,
  })
  const duration = new Histogram({
    name: 'lark_service_token_refresh_duration_seconds',
    help: 'Time from the lease being taken to the new tokens being saved.',
    labelNames: ['app_id'],
    buckets: REFRESH_SECONDS,
    registers,
  })
  const waited = new Histogram({
    name: 'lark_service_token_lease_wait_seconds',
    help: 'Time callers waited for another holder of a lease.',
    buckets: LEASE_SECONDS,
    registers,
  })
  const lost = new Counter({
    name: 'lark_service_token_lease_lost_total',
    help: 'Leases that were gone when their holder looked.',
    registers,
  })
  const recovered = new Counter({
    name: 'lark_service_crash_recoveries_total',
    help: 'Looks at refresh tokens that a vanished process may have spent, by what was found.',
    labelNames: ['result'],
    registers,
  })
  const unexplained = new Counter({
    name: 'lark_service_token_refresh_unexplained_total',
    help: 'Refreshes that Feishu refused with an answer nobody here understands; must stay 0.',
    labelNames: ['app_id'],
    registers,
  })
  const ended = new Counter({
    name: 'lark_service_token_ended_total',
    help: 'Grants that a refresh found to be at their end, each once, by why.',
    labelNames: ['app_id', 'reason'],
    registers,
  })
  const revoked = new Counter({
    name: 'lark_service_token_revoked_total',
    help: 'Grants that were ended, and tokens of people who were not asked, by who ended them and why.',
    labelNames: ['app_id', 'source', 'reason'],
    registers,
  })
  zero()

  return {
    observe(event) {
      switch (event.type) {
        case 'refresh_step':
          if (event.step === 'token_sent') calls.inc({ app_id: inSet(appIds, event.appId) })
          return
        case 'refresh_ended':
          refreshEnded(event)
          return
        case 'refresh_unexplained':
          unexplained.inc({ app_id: inSet(appIds, event.appId) })
          return
        case 'refresh_shared':
          shared.inc({ app_id: inSet(appIds, event.appId), how: event.how })
          return
        case 'lease_waited':
          waited.observe(event.seconds)
          return
        case 'lease_lost':
          lost.inc()
          return
        case 'crash_recovered':
          recovered.inc({ result: event.result })
          return
        case 'grant_finished': {
          const app_id = inSet(appIds, event.appId)
          ended.inc({ app_id, reason: event.reason })
          if (event.reason === 'reused') reused.inc({ app_id })
          return
        }
        case 'grant_revoked': {
          const { appId, source, reason } = event
          revoked.inc({ app_id: inSet(appIds, appId), source, reason })
          return
        }
        case 'stray_token_revoked': {
          const labels = { source: MISMATCH, reason: 'unknown' } as const
          revoked.inc({ app_id: inSet(appIds, event.appId), ...labels })
        }
      }
    },
  }

  function refreshEnded(event: Extract<GrantEvent, { type: 'refresh_ended' }>): void {
    const { appId, decision, result, seconds } = event
    const app_id = inSet(appIds, appId)
    refreshes.inc({ app_id, outcome: decision })
    if (decision === 'success') duration.observe({ app_id }, seconds)
    const reason = reasonOf(result)
    if (decision === 'failure' && reason) failures.inc({ app_id, reason })
  }

  function zero(): void {
    for (const result of CRASH_RECOVERIES) recovered.inc({ result }, 0)
    for (const app_id of appIds) {
      for (const outcome of REFRESH_OUTCOMES) refreshes.inc({ app_id, outcome }, 0)
      for (const reason of REFRESH_FAILURES) failures.inc({ app_id, reason }, 0)
      for (const how of SHARED_HOW) shared.inc({ app_id, how }, 0)
      calls.inc({ app_id }, 0)
      reused.inc({ app_id }, 0)
      unexplained.inc({ app_id }, 0)
      for (const reason of GRANT_ENDS) ended.inc({ app_id, reason }, 0)
      duration.zero({ app_id })
      for (const source of [...REVOCATION_SOURCES, MISMATCH]) {
        for (const reason of REVOCATION_REASONS) revoked.inc({ app_id, source, reason }, 0)
      }
    }
  }
}

function reasonOf(
  result: Extract<GrantEvent, { type: 'refresh_ended' }>['result'],
): RefreshFailure | null {
  if (result.kind === 'fresh') return result.how === 'unsaved' ? 'persist_failed' : null
  return result.kind === 'missing' ? null : result.reason
}
