import { describe, expect, it } from 'vitest'
import { type AuthEvent, createAuthEvents } from '../../src/auth/events.ts'
import { FAULT_OF, type FailureReason } from '../../src/auth/failure-reason.ts'
import type { RefreshDecision } from '../../src/auth/grant-events.ts'
import type { RefreshResult } from '../../src/auth/refresh-grant-result.ts'
import type { AuthSession } from '../../src/auth/session.ts'
import { PersonUnreachableError } from '../../src/errors.ts'
import type { ApiName, ApiStatus } from '../../src/feishu/api-names.ts'
import { ENDPOINTS } from '../../src/http/endpoints.ts'
import { API_NAMES, API_STATUSES } from '../../src/observability/api-metrics.ts'
import { HTTP_ROUTES } from '../../src/observability/http-routes.ts'
import { createMetrics } from '../../src/observability/metrics.ts'
import { GRANT_ENDS, REFRESH_FAILURES } from '../../src/observability/token-label-sets.ts'
import { REFRESH_OUTCOMES } from '../../src/observability/token-metrics.ts'
import { APP, aSession, OTHER_APP } from './a-session.ts'
import { anEmptyStore } from './an-empty-store.ts'

const KEPT_NAMES = {
  lark_service_auth_session_total: 'counter',
  lark_service_auth_session_active: 'gauge',
  lark_service_auth_session_expired_total: 'counter',
  lark_service_auth_success_total: 'counter',
  lark_service_auth_failure_total: 'counter',
  lark_service_auth_duration_seconds: 'histogram',
  lark_service_token_refresh_total: 'counter',
  lark_service_token_active_count: 'gauge',
  lark_service_websocket_connection_status: 'gauge',
  lark_service_websocket_reconnect_total: 'counter',
}
const CARD = 'auth_method="websocket_card"'
const NOW = new Date('2026-01-01T00:00:00Z')

describe('createMetrics', () => {
  it('keeps the names that users know', async () => {
    const text = await setUp().metrics.render()
    for (const [name, type] of Object.entries(KEPT_NAMES)) {
      expect(text).toContain(`# TYPE ${name} ${type}\n`)
    }
    expect(text).toContain('process_cpu_seconds_total')
    expect(text).toContain('nodejs_eventloop_lag_p99_seconds')
  })

  it('describes every metric, and prefixes all of ours', async () => {
    const text = await setUp().metrics.render()
    const helps = [...text.matchAll(/^# HELP (\S+) (.*)$/gm)]
    expect(helps.filter(([, , help]) => !help)).toEqual([])
    const foreign = helps.filter(([, name]) => !/^(lark_service|process|nodejs)_/.test(name ?? ''))
    expect(foreign).toEqual([])
  })

  it('shows every label set before anything has happened', async () => {
    const { samples } = setUp()
    const before = await samples()
    for (const [reason, fault] of Object.entries(FAULT_OF)) {
      expect(before).toContain(
        `lark_service_auth_failure_total{app_id="${APP}",${CARD},reason="${reason}",fault="${fault}"} 0`,
      )
    }
    for (const sample of [
      `lark_service_auth_session_total{app_id="${APP}",${CARD}} 0`,
      `lark_service_auth_success_total{app_id="${APP}",${CARD}} 0`,
      `lark_service_auth_session_expired_total{app_id="${APP}"} 0`,
      `lark_service_auth_duration_seconds_count{app_id="${APP}",${CARD}} 0`,
      `lark_service_auth_duration_seconds_bucket{le="900",app_id="${APP}",${CARD}} 0`,
      ...['success', 'failure', 'skipped_fresh', 'superseded', 'not_tried'].map(
        (outcome) => `lark_service_token_refresh_total{app_id="${APP}",outcome="${outcome}"} 0`,
      ),
      `lark_service_websocket_connection_status{app_id="${APP}"} 0`,
      `lark_service_websocket_reconnect_total{app_id="${APP}",outcome="success"} 0`,
      `lark_service_websocket_reconnect_total{app_id="${APP}",outcome="failure"} 0`,
      'lark_service_http_requests_total{method="GET",endpoint="/callback",status_code="500"} 0',
      'lark_service_http_requests_total{method="POST",endpoint="/v1/sessions",status_code="201"} 0',
      'lark_service_api_calls_total{api_name="send_card",status="network"} 0',
      'lark_service_api_retry_total{api_name="send_card",reason="network"} 0',
      `lark_service_card_updates_total{app_id="${APP}",card="request",outcome="gone"} 0`,
      'lark_service_scheduled_job_runs_total{job_name="session_sweep",outcome="failure"} 0',
      `lark_service_scheduled_job_last_success_timestamp_seconds{job_name="session_sweep"} ${NOW.getTime() / 1000}`,
      'lark_service_scheduled_job_interval_seconds{job_name="session_sweep"} 5',
      `lark_service_build_info{version="1.2.3",revision="abc",node_version="${process.version}"} 1`,
    ]) {
      expect(before).toContain(sample)
    }
  })

  it('has no series more after everything has happened, and none for a person', async () => {
    const { metrics, emit, samples } = setUp({ appIds: [APP, OTHER_APP] })
    const before = await samples()
    for (const appId of [APP, OTHER_APP]) {
      for (const session of everyEnd(appId)) emit({ type: 'session_ended', session })
      for (const reason of Object.keys(FAULT_OF) as FailureReason[]) {
        emit({ type: 'attempt_failed', session: aSession({ appId }), reason, error: null })
      }
      emit({ type: 'attempt_failed', session: null, reason: 'state_invalid', error: null })
      const who = { appId, openId: 'ou_CANARY' }
      for (const reason of REFRESH_FAILURES) {
        const result = {
          kind: 'setback',
          reason,
          error: null,
          retryAfterSeconds: 1,
        } as RefreshResult
        emit({ type: 'refresh_ended', ...who, decision: 'failure', result, seconds: 1 })
      }
      emit({ type: 'grant_finished', ...who, reason: 'reused' })
      metrics.observeConnection(appId, { type: 'connection', connected: true })
      metrics.observeConnection(appId, { type: 'reconnect', outcome: 'failure' })
    }
    metrics.observeConnection('cli_CANARY', { type: 'connection', connected: true })
    metrics.observeJob('CANARY', 'failure', 1)
    metrics.observeJob('session_sweep', 'success', 1)
    const after = await samples()
    const names = (lines: readonly string[]) => new Set(lines.map((line) => line.split(' ')[0]))
    expect(names(after)).toEqual(names(before))
    expect(after.join()).not.toContain('CANARY')
    expect(before.length).toBeLessThan(3000)
  })

  it('puts what it does not know under other, and never a raw path', async () => {
    const { metrics, emit, samples } = setUp()
    emit({ type: 'session_ended', session: aSession({ appId: 'cli_CANARY', state: 'completed' }) })
    metrics.observeApiCall({ apiName: 'CANARY', status: 'ok', seconds: 0.1 })
    metrics.observeRequest({ method: 'CANARY', endpoint: '/CANARY', statusCode: 404, seconds: 0.1 })
    metrics.observeRequest({ method: 'PUT', endpoint: '/callback', statusCode: 299, seconds: 0.1 })
    metrics.countRateLimited('/CANARY')
    const after = await samples()
    expect(after.join()).not.toContain('CANARY')
    for (const sample of [
      `lark_service_auth_success_total{app_id="other",${CARD}} 1`,
      'lark_service_api_calls_total{api_name="other",status="ok"} 1',
      'lark_service_http_requests_total{method="other",endpoint="unmatched",status_code="404"} 1',
      'lark_service_http_requests_total{method="other",endpoint="/callback",status_code="other"} 1',
      'lark_service_rate_limited_total{endpoint="unmatched"} 1',
    ]) {
      expect(after).toContain(sample)
    }
  })

  it('knows every route, call and status of the other parts', () => {
    expect(new Set(HTTP_ROUTES.map(({ endpoint }) => endpoint))).toEqual(new Set(ENDPOINTS))
    const apiNames: Record<ApiName, true> = {
      send_card: true,
      update_card: true,
      exchange_code: true,
      refresh_token: true,
      user_info: true,
      revoke: true,
      bot_info: true,
      tenant_token: true,
      ws_endpoint: true,
      other: true,
    }
    expect(new Set(API_NAMES)).toEqual(new Set(Object.keys(apiNames)))
    const apiStatuses: Record<ApiStatus, true> = {
      ok: true,
      client_error: true,
      server_error: true,
      rate_limited: true,
      timeout: true,
      network: true,
    }
    expect(new Set(API_STATUSES)).toEqual(new Set(Object.keys(apiStatuses)))
  })

  it('stops following when told to', async () => {
    const { events, metrics, samples } = setUp()
    const stop = metrics.watch(events)
    stop()
    events.emit({ type: 'step_reached', step: 'session_created', session: aSession() })
    expect(await samples()).toContain(`lark_service_auth_session_total{app_id="${APP}",${CARD}} 1`)
  })
})

describe('session metrics', () => {
  it('counts a created session, and no other step', async () => {
    const { emit, samples } = setUp()
    emit({ type: 'step_reached', step: 'session_created', session: aSession() })
    emit({ type: 'step_reached', step: 'card_sent', session: aSession() })
    expect(await samples()).toContain(`lark_service_auth_session_total{app_id="${APP}",${CARD}} 1`)
  })

  it('measures a success from the card being sent', async () => {
    const { emit, samples } = setUp()
    const endedAt = new Date('2026-01-01T00:00:31Z')
    emit({ type: 'session_ended', session: aSession({ state: 'completed', endedAt }) })
    const after = await samples()
    expect(after).toContain(`lark_service_auth_success_total{app_id="${APP}",${CARD}} 1`)
    expect(after).toContain(`lark_service_auth_duration_seconds_sum{app_id="${APP}",${CARD}} 30`)
    expect(totalOf(after, 'lark_service_auth_failure_total')).toBe(0)
    expect(totalOf(after, 'lark_service_auth_session_expired_total')).toBe(0)
  })

  it.each([
    ['declined_on_card', 'rejected', 1, 0],
    ['access_denied', 'rejected', 1, 0],
    ['timed_out', 'expired', 1, 1],
    ['invalidated', 'expired', 0, 1],
    ['superseded', 'expired', 0, 1],
  ] as const)('counts an end by %s', async (endReason, state, failures, expired) => {
    const { emit, samples } = setUp()
    emit({ type: 'session_ended', session: aSession({ state, endReason }) })
    const after = await samples()
    expect(totalOf(after, 'lark_service_auth_failure_total')).toBe(failures)
    expect(totalOf(after, 'lark_service_auth_session_expired_total')).toBe(expired)
    expect(totalOf(after, 'lark_service_auth_success_total')).toBe(0)
    if (failures) {
      expect(after).toContain(
        `lark_service_auth_failure_total{app_id="${APP}",${CARD},reason="${endReason}",fault="user"} 1`,
      )
    }
  })

  it.each([
    ['trouble of Feishu', 'upstream_5xx', ['reason="upstream_5xx",fault="upstream"']],
    ['a fault of the app, which was counted when it was met', 'card_undeliverable', []],
    ['nothing that is known', null, ['reason="internal",fault="internal"']],
  ] as const)('blames no person for a card that never went out: %s', async (_, reason, counted) => {
    const { emit, samples } = setUp()
    const lastFailure = reason && { reason, at: NOW }
    const card = { ...aSession().card, messageId: null }
    const ended = { state: 'expired', endReason: 'timed_out', lastFailure, card } as const
    emit({ type: 'session_ended', session: aSession(ended) })
    const after = await samples()
    expect(totalOf(after, 'lark_service_auth_failure_total')).toBe(counted.length)
    for (const labels of counted) {
      const name = 'lark_service_auth_failure_total'
      expect(after).toContain(`${name}{app_id="${APP}",${CARD},${labels}} 1`)
    }
  })

  it('counts a failed attempt with its fault, and a decision of the person only at the end', async () => {
    const { emit, samples } = setUp()
    const session = aSession()
    emit({ type: 'attempt_failed', session, reason: 'upstream_5xx', error: null })
    emit({ type: 'attempt_failed', session, reason: 'timed_out', error: null })
    const after = await samples()
    expect(totalOf(after, 'lark_service_auth_failure_total')).toBe(1)
    expect(after).toContain(
      `lark_service_auth_failure_total{app_id="${APP}",${CARD},reason="upstream_5xx",fault="upstream"} 1`,
    )
  })

  it('counts a callback that fits no session for the only app', async () => {
    const event = {
      type: 'attempt_failed',
      session: null,
      reason: 'state_invalid',
      error: null,
    } as const
    const one = setUp()
    one.emit(event)
    expect(await one.samples()).toContain(
      `lark_service_auth_failure_total{app_id="${APP}",auth_method="other",reason="state_invalid",fault="security"} 1`,
    )
    const two = setUp({ appIds: [APP, OTHER_APP] })
    two.emit(event)
    expect(await two.samples()).toContain(
      'lark_service_auth_failure_total{app_id="other",auth_method="other",reason="state_invalid",fault="security"} 1',
    )
  })

  it('counts work on cards by what they say', async () => {
    const { emit, samples } = setUp()
    const session = aSession()
    emit({ type: 'card_worked_on', session, look: 'superseded', outcome: 'gone', error: null })
    expect(await samples()).toContain(
      `lark_service_card_updates_total{app_id="${APP}",card="expired",outcome="gone"} 1`,
    )
  })
})

describe('token metrics', () => {
  const who = { appId: APP, openId: 'ou_CANARY' }
  const ended = (decision: RefreshDecision, result: RefreshResult) =>
    ({ type: 'refresh_ended', ...who, decision, result, seconds: 0.3 }) as const
  const missing: RefreshResult = { kind: 'missing' }

  it('count decisions, and measure those that brought new tokens', async () => {
    const { emit, samples } = setUp()
    for (const decision of REFRESH_OUTCOMES) emit(ended(decision, missing))
    const after = await samples()
    for (const outcome of REFRESH_OUTCOMES) {
      expect(after).toContain(
        `lark_service_token_refresh_total{app_id="${APP}",outcome="${outcome}"} 1`,
      )
    }
    expect(after).toContain(`lark_service_token_refresh_duration_seconds_sum{app_id="${APP}"} 0.3`)
    expect(after).toContain(`lark_service_token_refresh_duration_seconds_count{app_id="${APP}"} 1`)
    expect(totalOf(after, 'lark_service_token_refresh_failure_total')).toBe(0)
  })

  it('count why refreshes ended badly, each reason from the start', async () => {
    const { emit, samples } = setUp()
    const failed = (reason: string) =>
      `lark_service_token_refresh_failure_total{app_id="${APP}",reason="${reason}"}`
    const before = await samples()
    for (const reason of REFRESH_FAILURES) expect(before).toContain(`${failed(reason)} 0`)
    emit(ended('failure', { kind: 'finished', reason: 'expired' }))
    const setback = { kind: 'setback', error: null, retryAfterSeconds: 1 } as const
    emit(ended('failure', { ...setback, reason: 'ambiguous' }))
    const token = { accessToken: 'x', expiresAt: NOW, scopes: [], ...who }
    emit({ type: 'refresh_not_saved', ...who, error: new Error('busy') })
    emit(ended('failure', { kind: 'fresh', how: 'unsaved', token }))
    const after = await samples()
    for (const reason of ['expired', 'ambiguous', 'persist_failed']) {
      expect(after).toContain(`${failed(reason)} 1`)
    }
    expect(totalOf(after, 'lark_service_token_refresh_failure_total')).toBe(3)
  })

  it('count no failure where nothing was tried', async () => {
    const { emit, samples } = setUp()
    const setback = { kind: 'setback', error: null, retryAfterSeconds: 1 } as const
    for (let read = 0; read < 20; read++) {
      emit(ended('not_tried', { kind: 'finished', reason: 'revoked' }))
      emit(ended('not_tried', { ...setback, reason: 'upstream' }))
    }
    const after = await samples()
    expect(totalOf(after, 'lark_service_token_refresh_failure_total')).toBe(0)
    expect(after).toContain(
      `lark_service_token_refresh_total{app_id="${APP}",outcome="not_tried"} 40`,
    )
    expect(after).toContain(`lark_service_token_refresh_total{app_id="${APP}",outcome="failure"} 0`)
  })

  it('count each end of a grant, and each answer that nobody understands', async () => {
    const { emit, samples } = setUp()
    for (const reason of GRANT_ENDS) emit({ type: 'grant_finished', ...who, reason })
    emit({ type: 'refresh_unexplained', ...who, error: new PersonUnreachableError('no') })
    const after = await samples()
    for (const reason of GRANT_ENDS) {
      expect(after).toContain(
        `lark_service_token_ended_total{app_id="${APP}",reason="${reason}"} 1`,
      )
    }
    expect(after).toContain(`lark_service_token_refresh_unexplained_total{app_id="${APP}"} 1`)
  })

  it('count a refresh token that somebody else has spent, and no other end', async () => {
    const { emit, samples } = setUp()
    emit({ type: 'grant_finished', ...who, reason: 'lost_rotation' })
    emit({ type: 'grant_finished', ...who, reason: 'reused' })
    expect(await samples()).toContain(
      `lark_service_token_refresh_reuse_rejected_total{app_id="${APP}"} 1`,
    )
  })

  it('count refresh tokens presented to Feishu, and callers who shared a refresh', async () => {
    const { emit, samples } = setUp({ appIds: [APP, OTHER_APP] })
    emit({ type: 'refresh_step', step: 'intent_open', ...who })
    emit({ type: 'refresh_step', step: 'token_sent', ...who })
    emit({ type: 'refresh_step', step: 'reply_received', ...who })
    emit({ type: 'refresh_step', step: 'token_sent', ...who, appId: OTHER_APP })
    emit({ type: 'refresh_shared', appId: APP, how: 'coalesced' })
    emit({ type: 'lease_waited', seconds: 0.2 })
    const after = await samples()
    for (const sample of [
      `lark_service_token_refresh_upstream_calls_total{app_id="${APP}"} 1`,
      `lark_service_token_refresh_upstream_calls_total{app_id="${OTHER_APP}"} 1`,
      `lark_service_token_refresh_shared_total{app_id="${APP}",how="coalesced"} 1`,
      `lark_service_token_refresh_shared_total{app_id="${APP}",how="adopted_after_lease"} 0`,
      'lark_service_token_lease_wait_seconds_sum 0.2',
      'lark_service_token_lease_wait_seconds_count 1',
    ]) {
      expect(after).toContain(sample)
    }
  })

  it('count who ended a grant, and why', async () => {
    const { emit, samples } = setUp()
    const told = { source: 'upstream_event', reason: 'risk' } as const
    emit({ type: 'grant_revoked', ...who, sessionId: 's', ...told })
    const after = await samples()
    expect(after).toContain(
      `lark_service_token_revoked_total{app_id="${APP}",source="upstream_event",reason="risk"} 1`,
    )
    expect(totalOf(after, 'lark_service_token_revoked_total')).toBe(1)
    expect(after.join()).not.toContain('CANARY')
  })
})

describe('gauges of the database', () => {
  it('are read when scraped, at most every five seconds', async () => {
    const { samples, counts, advance } = setUp()
    counts.pending = [{ appId: APP, count: 3 }]
    counts.usable = [
      { appId: APP, count: 2 },
      { appId: 'cli_gone', count: 4 },
      { appId: 'cli_gone_too', count: 1 },
    ]
    const active = `lark_service_auth_session_active{app_id="${APP}"}`
    const first = await samples()
    expect(first).toContain(`${active} 3`)
    expect(first).toContain(`lark_service_token_active_count{app_id="${APP}"} 2`)
    expect(first).toContain('lark_service_token_active_count{app_id="other"} 5')
    counts.pending = []
    counts.usable = []
    advance(4999)
    expect(await samples()).toContain(`${active} 3`)
    advance(1)
    const later = await samples()
    expect(later).toContain(`${active} 0`)
    expect(later.filter((line) => line.includes('token_active_count'))).toEqual([
      `lark_service_token_active_count{app_id="${APP}"} 0`,
    ])
  })

  it('are absent while the database fails, and the rest still shows', async () => {
    const { samples, counts, logged } = setUp()
    counts.fail = true
    const failed = await samples()
    expect(failed.filter((line) => /session_active|active_count/.test(line))).toEqual([])
    expect(failed.length).toBeGreaterThan(100)
    expect(logged).toEqual(['metrics_read_failed', 'metrics_read_failed'])
    counts.fail = false
    expect(await samples()).toContain(`lark_service_auth_session_active{app_id="${APP}"} 0`)
  })
})

describe('connection metrics', () => {
  it('follow what is reported', async () => {
    const { metrics, samples } = setUp()
    metrics.observeConnection(APP, { type: 'connection', connected: true })
    metrics.observeConnection(APP, { type: 'reconnect', outcome: 'success' })
    const up = await samples()
    expect(up).toContain(`lark_service_websocket_connection_status{app_id="${APP}"} 1`)
    expect(up).toContain(
      `lark_service_websocket_reconnect_total{app_id="${APP}",outcome="success"} 1`,
    )
    metrics.observeConnection(APP, { type: 'connection', connected: false })
    expect(await samples()).toContain(`lark_service_websocket_connection_status{app_id="${APP}"} 0`)
  })

  it('do not show a connection that is not ours to keep', async () => {
    const { samples } = setUp({ longConnectionAppIds: [] })
    expect((await samples()).filter((line) => line.includes('_websocket_'))).toEqual([])
  })
})

describe('request, call and job metrics', () => {
  it('count and time requests by route', async () => {
    const { metrics, samples } = setUp()
    metrics.observeRequest({ method: 'GET', endpoint: '/callback', statusCode: 410, seconds: 0.2 })
    metrics.countRateLimited('/callback')
    const after = await samples()
    expect(after).toContain(
      'lark_service_http_requests_total{method="GET",endpoint="/callback",status_code="410"} 1',
    )
    expect(after).toContain(
      'lark_service_http_request_duration_seconds_bucket{le="0.25",method="GET",endpoint="/callback"} 1',
    )
    expect(after).toContain('lark_service_rate_limited_total{endpoint="/callback"} 1')
  })

  it('count calls to Feishu, the refused ones also as such', async () => {
    const { metrics, samples } = setUp()
    metrics.observeApiCall({ apiName: 'send_card', status: 'rate_limited', seconds: 1 })
    metrics.countApiRetry({ apiName: 'send_card', reason: 'rate_limited' })
    const after = await samples()
    for (const sample of [
      'lark_service_api_calls_total{api_name="send_card",status="rate_limited"} 1',
      'lark_service_api_rate_limit_hits_total{api_name="send_card"} 1',
      'lark_service_api_retry_total{api_name="send_card",reason="rate_limited"} 1',
      'lark_service_api_call_duration_seconds_sum{api_name="send_card"} 1',
    ]) {
      expect(after).toContain(sample)
    }
  })

  it('note when a job last succeeded', async () => {
    const { metrics, samples, advance } = setUp()
    const last =
      'lark_service_scheduled_job_last_success_timestamp_seconds{job_name="session_sweep"}'
    advance(60_000)
    metrics.observeJob('session_sweep', 'failure', 1)
    metrics.observeJob('session_sweep', 'skipped_overlap', 0)
    const failed = await samples()
    expect(failed).toContain(`${last} ${NOW.getTime() / 1000}`)
    expect(failed).toContain(
      'lark_service_scheduled_job_duration_seconds_count{job_name="session_sweep"} 1',
    )
    metrics.observeJob('session_sweep', 'success', 1)
    expect(await samples()).toContain(`${last} ${NOW.getTime() / 1000 + 60}`)
  })

  it.each([
    ['an earlier process', -86_400, -86_400],
    ['one whose clock was ahead, as of now', 86_400, 0],
  ])('begin with the last success of a job in %s', async (_, seconds, shown) => {
    const { metrics, samples } = setUp()
    const at = new Date(NOW.getTime() + seconds * 1000)
    metrics.recallJobs([
      { job: 'session_sweep', at },
      { job: 'gone_since', at },
    ])
    const after = await samples()
    expect(after).toContain(
      `lark_service_scheduled_job_last_success_timestamp_seconds{job_name="session_sweep"} ${NOW.getTime() / 1000 + shown}`,
    )
    expect(after.join()).not.toContain('gone_since')
  })
})

describe('the audit chain', () => {
  it.each([
    ['before the first look', [], null],
    ['found whole', [true], 1],
    ['found changed', [true, false], 0],
    ['found whole again', [false, true], 1],
    ['nobody could look at', [null], null],
    ['nobody could look at any more', [true, null], null],
    ['found changed, whatever kept the next look from its end', [true, false, null], 0],
  ] as const)('that is %s is shown as such', async (_, looks, shown) => {
    const { metrics, samples } = setUp()
    for (const isRight of looks) metrics.observeChain(isRight)
    const chain = (await samples()).filter((line) => line.startsWith('lark_service_audit_chain_ok'))
    expect(chain).toEqual(shown === null ? [] : [`lark_service_audit_chain_ok ${shown}`])
  })
})

function setUp(options: { appIds?: string[]; longConnectionAppIds?: string[] } = {}) {
  let now = NOW
  type Counts = { appId: string; count: number }[]
  const counts = { pending: [] as Counts, usable: [] as Counts, fail: false }
  const logged: string[] = []
  const read = async (which: 'pending' | 'usable') => {
    if (counts.fail) throw new Error('no database')
    return counts[which]
  }
  const metrics = createMetrics({
    appIds: [APP],
    jobIntervalSeconds: { session_sweep: 5 },
    version: '1.2.3',
    revision: 'abc',
    clock: { now: () => now, sleep: () => new Promise(() => {}) },
    log: (_level, event) => logged.push(event),
    ...options,
  })
  const events = createAuthEvents((error) => {
    throw error
  })
  metrics.watch(events)
  metrics.watchStore({
    ...anEmptyStore(),
    sessions: { countPending: () => read('pending'), countCardsDue: async () => [] },
    census: {
      async count() {
        const usable = await read('usable')
        const byState = usable.map((row) => ({ ...row, state: 'active' as const }))
        return { byState, byTimeLeft: [], byKey: [], oldestIssue: [], oldestDue: [] }
      },
    },
  })
  return {
    metrics,
    events,
    counts,
    logged,
    emit: (event: AuthEvent) => events.emit(event),
    advance: (milliseconds: number) => {
      now = new Date(now.getTime() + milliseconds)
    },
    samples: async () => {
      const lines = (await metrics.render()).split('\n')
      return lines.filter((line) => line.startsWith('lark_service_'))
    },
  }
}

function everyEnd(appId: string): AuthSession[] {
  const endedAt = new Date('2026-01-01T00:05:00Z')
  const base = { appId, endedAt }
  return [
    aSession({ ...base, state: 'completed' }),
    aSession({ ...base, state: 'rejected', endReason: 'declined_on_card' }),
    aSession({ ...base, state: 'rejected', endReason: 'access_denied' }),
    aSession({ ...base, state: 'expired', endReason: 'timed_out' }),
    aSession({ ...base, state: 'expired', endReason: 'invalidated' }),
    aSession({ ...base, state: 'expired', endReason: 'superseded' }),
  ]
}

function totalOf(lines: readonly string[], name: string): number {
  return lines
    .filter((line) => line.startsWith(`${name}{`))
    .reduce((total, line) => total + Number(line.split(' ').at(-1)), 0)
}
