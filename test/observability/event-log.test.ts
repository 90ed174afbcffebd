import { describe, expect, it } from 'vitest'
import { type AuthEvent, createAuthEvents } from '../../src/auth/events.ts'
import type { FailureReason } from '../../src/auth/failure-reason.ts'
import { FeishuUnavailableError } from '../../src/errors.ts'
import { createEventLog } from '../../src/observability/event-log.ts'
import { createLogger } from '../../src/observability/logger.ts'
import { APP, aSession } from './a-session.ts'

const IDS = { session_id: aSession().id, app_id: APP }
const AT = { level: 'info', time: expect.any(String) }
const endedAt = new Date('2026-01-01T00:00:31Z')

const WHO = { appId: APP, openId: 'ou_CANARY' }
const ENDED = { type: 'refresh_ended', ...WHO, seconds: 1 } as const

const UNEXPLAINED = new FeishuUnavailableError('upstream_5xx', {
  feishuCode: 29_999,
  logId: 'log-1',
})

const GRANT_EVENTS: [AuthEvent, level: string][] = [
  [{ type: 'refresh_step', step: 'intent_open', ...WHO }, 'debug'],
  [{ ...ENDED, decision: 'superseded', result: { kind: 'missing' } }, 'debug'],
  [{ ...ENDED, decision: 'failure', result: { kind: 'finished', reason: 'expired' } }, 'debug'],
  [{ ...ENDED, decision: 'not_tried', result: { kind: 'finished', reason: 'expired' } }, 'debug'],
  [{ type: 'refresh_unexplained', ...WHO, error: UNEXPLAINED }, 'error'],
  [{ type: 'refresh_shared', appId: APP, how: 'coalesced' }, 'debug'],
  [{ type: 'lease_waited', seconds: 1 }, 'debug'],
  [{ type: 'refresh_not_saved', ...WHO, error: new Error('busy') }, 'error'],
  [{ type: 'grant_revoked', ...WHO, sessionId: 's', source: 'user', reason: 'user' }, 'info'],
  [{ type: 'revocation_not_told', ...WHO, error: new Error('down') }, 'warn'],
  [{ type: 'grant_unrefreshable', ...WHO, why: 'not_returned', advice: 'Turn it on.' }, 'warn'],
  [{ type: 'grant_unrefreshable', ...WHO, why: 'not_granted', advice: 'Enable it.' }, 'warn'],
  [{ type: 'grant_unrefreshable', ...WHO, why: 'not_asked', advice: 'Ask.' }, 'info'],
  [{ type: 'grant_finished', ...WHO, reason: 'expired' }, 'info'],
  [{ type: 'grant_finished', ...WHO, reason: 'reused' }, 'error'],
]

describe('createEventLog', () => {
  it('writes a created session', () => {
    expect(linesOf({ type: 'step_reached', step: 'session_created', session: aSession() })).toEqual(
      [
        {
          ...AT,
          ...IDS,
          event: 'session_created',
          auth_method: 'websocket_card',
          scopes: ['offline_access'],
          expires_at: '2026-01-01T00:10:00.000Z',
        },
      ],
    )
  })

  it('writes the other steps only when debugging', () => {
    const event = { type: 'step_reached', step: 'link_opened', session: aSession() } as const
    expect(linesOf(event, 'info')).toEqual([])
    expect(linesOf(event, 'debug')).toEqual([
      { ...AT, ...IDS, level: 'debug', event: 'session_step', step: 'link_opened' },
    ])
  })

  it.each([
    ['completed', null],
    ['rejected', 'access_denied'],
    ['expired', 'timed_out'],
  ] as const)('writes that a session was %s', (state, endReason) => {
    const session = aSession({ state, endReason, endedAt })
    expect(linesOf({ type: 'session_ended', session })).toEqual([
      {
        ...AT,
        ...IDS,
        event: `session_${state}`,
        ...(endReason ? { end_reason: endReason } : {}),
        seconds: 31,
      },
    ])
  })

  it('writes what kept a card from going out until its session ended', () => {
    const card = { ...aSession().card, messageId: null }
    const lastFailure = { reason: 'upstream_5xx', at: endedAt } as const
    const ended = { state: 'expired', endReason: 'timed_out', endedAt } as const
    expect(
      linesOf({ type: 'session_ended', session: aSession({ ...ended, card, lastFailure }) }),
    ).toMatchObject([{ event: 'session_expired', end_reason: 'timed_out', reason: 'upstream_5xx' }])
  })

  it('writes why an attempt failed, with what Feishu said', () => {
    const error = new FeishuUnavailableError('upstream_5xx', { feishuCode: 20_050, logId: '2026A' })
    const session = aSession()
    const [line] = linesOf({ type: 'attempt_failed', session, reason: 'upstream_5xx', error })
    expect(line).toMatchObject({
      ...IDS,
      level: 'warn',
      event: 'attempt_failed',
      reason: 'upstream_5xx',
      fault: 'upstream',
      error: { name: 'FeishuUnavailableError', feishuCode: 20_050, logId: '2026A' },
    })
  })

  it('writes a failed attempt without a session', () => {
    const event = {
      type: 'attempt_failed',
      session: null,
      reason: 'state_invalid',
      error: null,
    } as const
    expect(linesOf(event)).toEqual([
      {
        ...AT,
        level: 'warn',
        event: 'attempt_failed',
        reason: 'state_invalid',
        fault: 'security',
        error: null,
      },
    ])
  })

  it.each([
    ['ok', 'debug'],
    ['retried', 'warn'],
    ['rate_limited', 'warn'],
    ['gone', 'info'],
    ['failed', 'error'],
  ] as const)('writes work on a card that ended %s at level %s', (outcome, level) => {
    const error = outcome === 'ok' ? null : new Error('no')
    const event = {
      type: 'card_worked_on',
      session: aSession(),
      look: 'asking',
      outcome,
      error,
    } as const
    const [line] = linesOf(event)
    expect(line).toMatchObject({ ...IDS, level, event: 'card_worked_on', look: 'asking', outcome })
    expect(line).toHaveProperty(error ? 'attempts' : 'look', error ? 2 : 'asking')
  })

  it.each(GRANT_EVENTS)('writes $type', (event, level) => {
    expect(linesOf(event)).toEqual([expect.objectContaining({ level, event: event.type })])
  })

  it('writes why a refresh has to be tried again, and what Feishu said', () => {
    const error = new FeishuUnavailableError('upstream_5xx', { feishuCode: 20_050 })
    const result = { kind: 'setback', reason: 'upstream', error, retryAfterSeconds: 30 } as const
    const ended = {
      type: 'refresh_ended',
      ...WHO,
      decision: 'failure',
      result,
      seconds: 1,
    } as const
    expect(linesOf(ended)).toMatchObject([
      { level: 'warn', outcome: 'failure', reason: 'upstream', error: { feishuCode: 20_050 } },
    ])
  })

  it('writes what Feishu said where nobody here understands it', () => {
    const told = { type: 'refresh_unexplained', ...WHO, error: UNEXPLAINED } as const
    expect(linesOf(told)).toMatchObject([
      { app_id: APP, error: { feishuCode: 29_999, logId: 'log-1' } },
    ])
  })

  it('never writes who a person is', () => {
    const session = aSession({ state: 'completed', endedAt })
    const events: AuthEvent[] = [
      { type: 'step_reached', step: 'session_created', session },
      { type: 'step_reached', step: 'card_sent', session },
      { type: 'session_ended', session },
      { type: 'card_worked_on', session, look: 'asking', outcome: 'ok', error: null },
      ...(['identity_mismatch', 'internal'] satisfies FailureReason[]).map(
        (reason) => ({ type: 'attempt_failed', session, reason, error: null }) as const,
      ),
      ...GRANT_EVENTS.map(([event]) => event),
    ]
    const lines = events.flatMap((event) => linesOf(event))
    expect(lines).toHaveLength(events.length)
    expect(JSON.stringify(lines)).not.toContain('CANARY')
  })
})

function linesOf(event: AuthEvent, level: 'debug' | 'info' = 'debug'): unknown[] {
  const lines: unknown[] = []
  const stream = { write: (line: string) => lines.push(JSON.parse(line)) }
  const events = createAuthEvents((error) => {
    throw error
  })
  createEventLog(createLogger({ level, stream })).watch(events)
  events.emit(event)
  return lines
}
