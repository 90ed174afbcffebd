import { expect, it } from 'vitest'
import {
  type AuthEvent,
  createAuthEvents,
  FUNNEL_STEPS,
  MACHINE_STAGES,
} from '../../src/auth/events.ts'
import { FAULT_OF } from '../../src/auth/failure-reason.ts'
import { CARD_LOOKS } from '../../src/auth/session.ts'
import { FeishuUnavailableError } from '../../src/errors.ts'
import { SCHEDULES } from '../../src/jobs/schedules.ts'
import { API_NAMES, API_STATUSES, RETRY_REASONS } from '../../src/observability/api-metrics.ts'
import { CARD_OUTCOMES } from '../../src/observability/card-metrics.ts'
import { CLICK_OUTCOMES } from '../../src/observability/click-metrics.ts'
import { EVENT_OUTCOMES, EVENT_TYPES } from '../../src/observability/event-metrics.ts'
import { FAILURE_REASONS } from '../../src/observability/label-sets.ts'
import { createMetrics } from '../../src/observability/metrics.ts'
import { UNREADABLE_REASONS } from '../../src/observability/secret-metrics.ts'
import { ENDS } from '../../src/observability/session-metrics.ts'
import { DB_OPERATIONS, DB_TROUBLES } from '../../src/observability/store-metrics.ts'
import {
  CRASH_RECOVERIES,
  GRANT_ENDS,
  REVOCATION_REASONS,
  REVOCATION_SOURCES,
  SHARED_HOW,
} from '../../src/observability/token-label-sets.ts'
import { REFRESH_OUTCOMES } from '../../src/observability/token-metrics.ts'
import { READ_PATHS } from '../../src/observability/token-read-metrics.ts'
import { APP, aSession } from './a-session.ts'
import { anEmptyStore } from './an-empty-store.ts'

const PEOPLE = 10_000
const JOBS = Object.fromEntries(
  Object.entries(SCHEDULES).map(([name, { everySeconds }]) => [name, everySeconds]),
)

it('has as many series for ten thousand people as for none, below the budget', async () => {
  const { metrics, emit, series } = setUp()
  const before = await series()
  expect(before.size).toBeLessThan(3000)
  everythingHappens(metrics, emit)
  for (let person = 0; person < PEOPLE; person++) {
    const openId = `ou_CANARY_${person}`
    const session = aSession({ id: `CANARY-${person}`, openId })
    for (const step of FUNNEL_STEPS) emit({ type: 'step_reached', step, session })
    emit({
      type: 'session_ended',
      session: { ...session, state: 'completed', endedAt: new Date() },
    })
    emit({ type: 'refresh_step', step: 'token_sent', appId: APP, openId })
    emit(asked(0.001))
  }
  const after = await series()
  expect([...after].filter((name) => !before.has(name))).toEqual([])
  expect(after.size).toBe(before.size)
})

it('shows no id of a person, session, card or app that is not configured', async () => {
  const { metrics, emit } = setUp()
  everythingHappens(metrics, emit)
  const text = await metrics.render()
  expect(text).not.toContain('CANARY')
})

function setUp() {
  const now = () => new Date('2026-01-01T00:00:00Z')
  const clock = { now, sleep: () => new Promise<void>(() => {}) }
  const metrics = createMetrics({
    appIds: [APP],
    jobIntervalSeconds: JOBS,
    keyIds: ['k1'],
    clientNames: ['bot'],
    currentClient: () => 'CANARY-client',
    version: '1',
    clock,
    log: () => undefined,
  })
  metrics.watchStore(anEmptyStore())
  metrics.watchService({
    countWaiters: () => 1,
    unsavedPairs: () => [{ appId: APP, count: 1 }],
    tokenCircuit: () => 2,
    readiness: async () => [{ check: 'db', isOk: true }],
  })
  const events = createAuthEvents((error) => {
    throw error
  })
  metrics.watch(events)
  return {
    metrics,
    emit: (event: AuthEvent) => events.emit(event),
    /** The name and labels of every series of our own. */
    async series() {
      const lines = (await metrics.render()).split('\n')
      const ours = lines.filter((line) => line.startsWith('lark_service_'))
      return new Set(ours.map((line) => line.slice(0, line.lastIndexOf(' '))))
    },
  }
}

function asked(seconds: number) {
  return { type: 'token_asked', appId: APP, path: 'hot', outcome: 'hit', seconds } as const
}

function everythingHappens(
  metrics: ReturnType<typeof createMetrics>,
  emit: (event: AuthEvent) => void,
): void {
  const who = { appId: APP, openId: 'ou_CANARY' }
  const session = aSession()
  for (const { state, end_reason } of ENDS) {
    const endReason = end_reason === 'token_stored' ? null : end_reason
    emit({ type: 'session_ended', session: { ...session, state, endReason, endedAt: new Date() } })
  }
  for (const reason of FAILURE_REASONS) {
    emit({ type: 'attempt_failed', session, reason, error: new Error('CANARY') })
    expect(FAULT_OF[reason]).toBeTruthy()
  }
  emit({ type: 'attempt_failed', session: null, reason: 'state_invalid', error: null })
  for (const stage of MACHINE_STAGES) emit({ type: 'stage_ended', stage, seconds: 1 })
  for (const look of CARD_LOOKS) {
    for (const outcome of CARD_OUTCOMES) {
      emit({ type: 'card_worked_on', session, look, outcome, error: null })
    }
  }
  for (const decision of REFRESH_OUTCOMES) {
    emit({ type: 'refresh_ended', ...who, decision, result: { kind: 'missing' }, seconds: 99 })
  }
  for (const reason of GRANT_ENDS) emit({ type: 'grant_finished', ...who, reason })
  const error = new FeishuUnavailableError('upstream_5xx', { logId: 'CANARY' })
  emit({ type: 'refresh_unexplained', ...who, error })
  for (const how of SHARED_HOW) emit({ type: 'refresh_shared', appId: APP, how })
  for (const result of CRASH_RECOVERIES) emit({ type: 'crash_recovered', appId: APP, result })
  emit({ type: 'lease_lost', appId: APP })
  emit({ type: 'lease_waited', seconds: 1 })
  emit({ type: 'refresh_not_saved', ...who, error: null })
  for (const source of REVOCATION_SOURCES) {
    for (const reason of REVOCATION_REASONS) {
      emit({ type: 'grant_revoked', ...who, sessionId: 'CANARY', source, reason })
    }
  }
  for (const path of READ_PATHS) emit({ ...asked(100), path })
  for (const outcome of CLICK_OUTCOMES) {
    metrics.countClick({ appId: 'cli_CANARY', action: 'decline', outcome, seconds: 9 })
  }
  for (const eventType of [...EVENT_TYPES, 'CANARY']) {
    for (const outcome of EVENT_OUTCOMES) {
      metrics.observeEvent({ appId: APP, eventType, outcome, seconds: 9 })
    }
    metrics.countDuplicate(eventType)
  }
  for (const apiName of API_NAMES) {
    for (const status of API_STATUSES) metrics.observeApiCall({ apiName, status, seconds: 99 })
    for (const reason of RETRY_REASONS) metrics.countApiRetry({ apiName, reason })
  }
  for (const operation of [...DB_OPERATIONS, 'CANARY.find']) {
    for (const trouble of DB_TROUBLES) metrics.observeStatement({ operation, seconds: 9, trouble })
  }
  for (const reason of UNREADABLE_REASONS) metrics.countUnreadable(reason)
  metrics.countDeniedToken('CANARY')
  metrics.countCardRateLimited(APP)
}
