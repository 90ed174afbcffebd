import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createBackground } from '../../src/auth/background.ts'
import { type AuthEvent, createAuthEvents } from '../../src/auth/events.ts'
import type { AuthSession } from '../../src/auth/session.ts'
import { RETRY_SECONDS } from '../../src/auth/webhook-backoff.ts'
import { testMessage } from '../../src/auth/webhook-messages.ts'
import type {
  PostOutcome,
  WebhookFailure,
  WebhookOutbox,
  WebhookPoster,
} from '../../src/auth/webhook-outbox.ts'
import { createWebhooks } from '../../src/auth/webhooks.ts'
import type { OpenStore } from '../../src/store/create-store.ts'
import { openStore } from '../../src/store/open-store.ts'
import { aGrant, aSession, insertGrant, insertSession } from '../store/contract/samples.ts'
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts'

const SOON = { timeout: 10_000, interval: 5 }
const WHO = { appId: 'cli_a', openId: 'ou_lin' }
const opened: OpenStore[] = []
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close()
})

describe('the end of a session', () => {
  it.each([
    ['completed', null],
    ['rejected', 'declined_on_card'],
    ['expired', 'superseded'],
  ] as const)('is told at once: %s', async (state, endReason) => {
    const { emit, posted, store, clock, idle } = await setUp()
    const session = await end(store, clock, { state, endReason, reason: 'For your report' })
    emit({ type: 'session_ended', session })
    await idle()
    expect(posted).toEqual([
      {
        id: `end_${session.id}`,
        type: `authorization.${state}`,
        timestamp: clock.now().toISOString(),
        data: expect.objectContaining({
          session_id: session.id,
          open_id: session.openId,
          state,
          end_reason: endReason,
          reason: 'For your report',
        }),
      },
    ])
    const [delivery] = await store.webhooks.list({ dead: false, limit: 9 })
    expect(delivery).toMatchObject({ attempts: 1, deliveredAt: clock.now(), dueAt: null })
    expect(delivery?.payload).not.toMatch(/ticket|tenant|sealed|hash/)
  })

  it('is told once, however often it is heard of', async () => {
    const { emit, posted, store, clock, idle, webhooks } = await setUp()
    const session = await end(store, clock)
    for (let time = 0; time < 3; time++) emit({ type: 'session_ended', session })
    await webhooks.due()
    await idle()
    expect(posted).toHaveLength(1)
    expect(await store.webhooks.listUntoldEnds(new Date(0), 9)).toEqual([])
  })

  it('that a crash kept untold is told by the next run, if it is not older than a day', async () => {
    const { posted, store, clock, idle, webhooks } = await setUp()
    const old = new Date(clock.now().getTime() - 86_400_000)
    await end(store, clock, { endedAt: old })
    const session = await end(store, clock, { endedAt: new Date(old.getTime() + 1000) })
    await webhooks.due()
    await idle()
    expect(posted.map(({ id }) => id)).toEqual([`end_${session.id}`])
  })

  it('is one message although the process died between putting it in and noting that', async () => {
    let dies = true
    const { emit, posted, store, clock, idle, webhooks, failures } = await setUp({
      outbox: (real) => ({
        ...methodsOf(real),
        noteEndTold: (...args) =>
          dies ? Promise.reject(new Error('killed')) : real.noteEndTold(...args),
      }),
    })
    const session = await end(store, clock)
    emit({ type: 'session_ended', session })
    await idle()
    expect(failures).toHaveLength(1)
    dies = false
    await webhooks.due()
    await idle()
    await webhooks.due()
    await idle()
    expect(posted.map(({ id }) => id)).toEqual([`end_${session.id}`])
    expect(await store.webhooks.listUntoldEnds(new Date(0), 9)).toEqual([])
  })

  it('is not written down while nobody is told', async () => {
    const { emit, store, clock, idle, webhooks } = await setUp({ poster: null })
    const session = await end(store, clock)
    emit({ type: 'session_ended', session })
    await webhooks.due()
    await idle()
    expect(await store.webhooks.list({ dead: false, limit: 9 })).toEqual([])
    expect(await store.webhooks.listUntoldEnds(new Date(0), 9)).toEqual([session])
  })

  it('that has not come yet is told to nobody', async () => {
    const { emit, store, idle, failures } = await setUp()
    emit({ type: 'session_ended', session: await insertSession(store) })
    await idle()
    expect(failures).toEqual([])
    expect(await store.webhooks.countQueued()).toBe(0)
    expect(await store.webhooks.list({ dead: false, limit: 9 })).toEqual([])
  })

  it('is told to nobody once nobody listens', async () => {
    const { emit, posted, store, clock, idle, stop } = await setUp()
    stop()
    emit({ type: 'session_ended', session: await end(store, clock) })
    await idle()
    expect(posted).toEqual([])
  })

  it('that a crash kept untold is told a batch at a time, until the process closes', async () => {
    const { store, clock, idle, webhooks } = await setUp({ starts: false })
    for (let session = 0; session < 201; session++) await end(store, clock)
    await webhooks.due(AbortSignal.abort())
    await idle()
    expect(await store.webhooks.countQueued()).toBe(200)
    await webhooks.due()
    expect(await store.webhooks.countQueued()).toBe(201)
  })

  it('is put in by a tool that delivers nothing, and delivered by the service', async () => {
    const { emit, posted, store, clock, idle, webhooks } = await setUp({ starts: false })
    emit({ type: 'session_ended', session: await end(store, clock) })
    await idle()
    expect(posted).toEqual([])
    expect(await store.webhooks.countQueued()).toBe(1)
    webhooks.start()
    await webhooks.due()
    await idle()
    expect(posted).toHaveLength(1)
  })
})

describe('what happens to a grant', () => {
  it('is told: revoked, at its end, and failing to refresh', async () => {
    const { emit, posted, idle } = await setUp()
    const revoked = { sessionId: 's-1', source: 'upstream_event', reason: 'risk' } as const
    emit({ type: 'grant_revoked', ...WHO, ...revoked })
    emit({ type: 'grant_finished', ...WHO, reason: 'expired' })
    emit(refreshFailed('upstream'))
    await idle()
    const who = { app_id: 'cli_a', open_id: 'ou_lin' }
    expect(Object.fromEntries(posted.map(({ type, data }) => [type, data]))).toEqual({
      'token.revoked': { ...who, session_id: 's-1', source: 'upstream_event', reason: 'risk' },
      'token.reauthorization_required': { ...who, reason: 'expired' },
      'token.refresh_failed': { ...who, reason: 'upstream', retry_after_seconds: 30 },
    })
  })

  it('is a message of its own each time', async () => {
    const { emit, posted, idle } = await setUp()
    for (const openId of ['ou_lin', 'ou_alex', 'ou_lin']) {
      emit({ type: 'grant_finished', appId: 'cli_a', openId, reason: 'expired' })
    }
    for (const sessionId of ['s-1', 's-2']) {
      emit({ type: 'grant_revoked', ...WHO, sessionId, source: 'user', reason: 'user' })
    }
    await idle()
    expect(new Set(posted.map(({ id }) => id)).size).toBe(5)
  })

  it('is told of a failing refresh once an hour for each person and reason, by all instances', async () => {
    const { emit, posted, clock, idle } = await setUp()
    for (let time = 0; time < 3; time++) emit(refreshFailed('upstream'))
    emit(refreshFailed('timeout'))
    emit({ ...refreshFailed('upstream'), openId: 'ou_alex' })
    await idle()
    expect(posted).toHaveLength(3)
    clock.advance(3_599_999)
    emit(refreshFailed('upstream'))
    await idle()
    expect(posted).toHaveLength(3)
    clock.advance(1)
    emit(refreshFailed('upstream'))
    await idle()
    expect(posted).toHaveLength(4)
  })

  it('is not told where nothing failed for good or for now', async () => {
    const { emit, posted, idle } = await setUp()
    const ended = { type: 'refresh_ended', ...WHO, seconds: 1 } as const
    emit({ ...ended, decision: 'superseded', result: { kind: 'missing' } })
    emit({ ...ended, decision: 'failure', result: { kind: 'finished', reason: 'revoked' } })
    emit({ ...refreshFailed('rate_limited'), decision: 'skipped_fresh' })
    await idle()
    expect(posted).toEqual([])
  })
})

describe('the end of a grant', () => {
  const failing = (times: number) => {
    let left = times
    return (real: WebhookOutbox): WebhookOutbox => ({
      ...methodsOf(real),
      put: (...args) =>
        left-- > 0 ? Promise.reject(new Error('The database is away.')) : real.put(...args),
    })
  }

  it('is put in again when the database did not take it, with the same id', async () => {
    const ids = new Set<string>()
    const { emit, posted, clock, idle } = await setUp({
      outbox: (real) => {
        const { put, ...others } = failing(2)(real)
        return {
          ...others,
          put(message, now) {
            ids.add(message.id)
            return put(message, now)
          },
        }
      },
    })
    const at = clock.now().toISOString()
    emit({ type: 'grant_revoked', ...WHO, sessionId: 's-1', source: 'admin', reason: 'admin' })
    for (const seconds of [1, 5]) {
      await clock.untilSomebodySleeps()
      expect(posted).toEqual([])
      clock.advance(seconds * 1000)
    }
    await idle()
    expect(posted).toMatchObject([{ type: 'token.revoked', timestamp: at }])
    expect(ids.size).toBe(1)
  })

  it('is tried once more at a close, which does not wait for the database', async () => {
    const { emit, clock, idle, webhooks, store, failures } = await setUp({ outbox: failing(2) })
    emit({ type: 'grant_finished', ...WHO, reason: 'expired' })
    await clock.untilSomebodySleeps()
    webhooks.close()
    await idle()
    expect(failures).toHaveLength(1)
    emit({ type: 'grant_finished', ...WHO, reason: 'expired' })
    await idle()
    expect(await store.webhooks.countQueued()).toBe(1)
  })

  it('is tried for some twelve minutes, and lost with an error when the database stays away', async () => {
    let tries = 0
    const { emit, posted, clock, idle, failures, store } = await setUp({
      outbox: (real) => ({
        ...methodsOf(real),
        put() {
          tries++
          return Promise.reject(new Error('The database is away.'))
        },
      }),
    })
    emit({ type: 'grant_revoked', ...WHO, sessionId: 's-1', source: 'admin', reason: 'admin' })
    for (const [before, seconds] of [1, 5, 30, 120, 600].entries()) {
      await clock.untilSomebodySleeps()
      clock.advance(seconds * 1000 - 1)
      await store.webhooks.countQueued()
      expect(tries).toBe(before + 1)
      expect(failures).toEqual([])
      clock.advance(1)
    }
    await idle()
    expect(tries).toBe(6)
    expect(posted).toEqual([])
    expect(failures).toEqual([new Error('The database is away.')])
  })

  it.each([
    ['reauth_required', 'expired', 'token.reauthorization_required', { reason: 'expired' }],
    ['reauth_required', null, 'token.reauthorization_required', { reason: 'revoked' }],
    ['reauth_required', 'ambiguous', 'token.reauthorization_required', { reason: 'revoked' }],
    [
      'revoked',
      'revoked',
      'token.revoked',
      { source: 'upstream_event', reason: 'unknown', session_id: expect.any(String) },
    ],
  ] as const)('that a crash kept untold is told by the next run: %s, %s', async (...ended) => {
    const [status, reason, type, told] = ended
    const { posted, store, clock, idle, webhooks } = await setUp()
    const grant = await insertGrant(store)
    const mark = { status, reason, version: grant.version, at: clock.now() }
    await store.upkeeps.mark(grant, mark)
    await webhooks.due()
    await idle()
    expect(posted).toEqual([])
    for (const seconds of [11, 60, 3600]) {
      clock.advance(seconds * 1000)
      await webhooks.due()
      await idle()
    }
    const { appId: app_id, openId: open_id } = grant
    const timestamp = mark.at.toISOString()
    expect(posted).toEqual([
      { id: expect.any(String), type, timestamp, data: { app_id, open_id, ...told } },
    ])
  })

  it('is one message although the process died before it noted that', async () => {
    const { emit, posted, store, clock, idle, webhooks } = await setUp({
      outbox: (real) => ({ ...methodsOf(real), noteMarkTold: async () => {} }),
    })
    const grant = await insertGrant(store)
    const { appId, openId, sessionId, version } = grant
    await store.upkeeps.mark(grant, {
      ...{ status: 'revoked', reason: 'revoked', version, at: clock.now() },
    })
    const told = { source: 'upstream_event', reason: 'risk' } as const
    emit({ type: 'grant_revoked', appId, openId, sessionId, ...told })
    await idle()
    clock.advance(11_000)
    await webhooks.due()
    await idle()
    expect(posted).toMatchObject([{ type: 'token.revoked', data: { reason: 'risk' } }])
  })

  it('is told once, and not again by the next run', async () => {
    const { emit, posted, store, clock, idle, webhooks } = await setUp()
    const { appId, openId, version } = await insertGrant(store)
    const mark = { status: 'reauth_required', reason: 'expired', version } as const
    await store.upkeeps.mark({ appId, openId }, { ...mark, at: clock.now() })
    emit({ type: 'grant_finished', appId, openId, reason: 'expired' })
    await idle()
    const span = { after: new Date(0), before: new Date(clock.now().getTime() + 1) }
    expect(await store.webhooks.listUntoldMarks(span, 9)).toEqual([])
    clock.advance(11_000)
    await webhooks.due()
    await idle()
    expect(posted).toHaveLength(1)
  })

  it('is still told by the next run when only a refresh of that person was told of', async () => {
    const { emit, posted, store, clock, idle, webhooks } = await setUp()
    const grant = await insertGrant(store)
    const { appId, openId, version } = grant
    const mark = { status: 'reauth_required', reason: 'expired', version } as const
    await store.upkeeps.mark(grant, { ...mark, at: clock.now() })
    emit({ ...refreshFailed('upstream'), appId, openId })
    await idle()
    clock.advance(11_000)
    await webhooks.due()
    await idle()
    expect(posted.map(({ type }) => type)).toEqual([
      'token.refresh_failed',
      'token.reauthorization_required',
    ])
  })

  it('that a crash kept untold is told a batch at a time, until the process closes', async () => {
    const { store, clock, idle, webhooks } = await setUp({ starts: false })
    for (let grant = 0; grant < 201; grant++) {
      const ended = await insertGrant(store)
      const mark = { status: 'reauth_required', reason: 'expired' } as const
      await store.upkeeps.mark(ended, { ...mark, version: ended.version, at: clock.now() })
    }
    clock.advance(11_000)
    await webhooks.due(AbortSignal.abort())
    await idle()
    expect(await store.webhooks.countQueued()).toBe(200)
    await webhooks.due()
    expect(await store.webhooks.countQueued()).toBe(201)
  })

  it('is told again when the next consent ends, too, but not when that one came first', async () => {
    const { posted, store, clock, idle, webhooks } = await setUp()
    const grant = await insertGrant(store)
    const { sessionId: first } = grant
    await store.sessions.move(first, { to: 'rejected', endReason: 'access_denied' }, clock.now())
    await store.webhooks.noteEndTold(first, clock.now())
    const end = async (version: number) => {
      const mark = { status: 'reauth_required', reason: 'expired', version } as const
      await store.upkeeps.mark(grant, { ...mark, at: clock.now() })
      clock.advance(11_000)
    }
    const consent = async () => {
      const completed = { state: 'completed', endedAt: clock.now() } as const
      const session = await insertSession(store, { openId: grant.openId, ...completed })
      await store.webhooks.noteEndTold(session.id, clock.now())
      const saved = await store.grants.save(aGrant(session, { authorizedAt: clock.now() }))
      return saved?.version ?? 0
    }
    const tell = async () => {
      await webhooks.due()
      await idle()
      return posted.length
    }
    await end(grant.version)
    expect(await tell()).toBe(1)
    await end(await consent())
    expect(await tell()).toBe(2)
    await end(await consent())
    await consent()
    expect(await tell()).toBe(2)
  })
})

describe('a message that was not taken', () => {
  it('is tried again after the pauses of the table, and then given up', async () => {
    const { emit, clock, idle, webhooks, tries, store, seen } = await setUp({
      answer: () => failed('status_5xx'),
    })
    emit({ type: 'grant_finished', ...WHO, reason: 'expired' })
    await idle()
    for (const seconds of RETRY_SECONDS) {
      const before = tries()
      clock.advance(seconds * 1000 - 1)
      await webhooks.due()
      await idle()
      expect(tries()).toBe(before)
      clock.advance(1)
      await webhooks.due()
      await idle()
      expect(tries()).toBe(before + 1)
    }
    expect(tries()).toBe(RETRY_SECONDS.length + 1)
    const [dead] = await store.webhooks.list({ dead: true, limit: 9 })
    expect(dead).toMatchObject({ lastFailure: 'status_5xx', deadAt: clock.now(), dueAt: null })
    const outcomes = seen.flatMap((event) =>
      event.type === 'webhook_tried' ? [event.outcome] : [],
    )
    expect(outcomes).toEqual([...RETRY_SECONDS.map(() => 'retry'), 'dead'])

    expect(await store.webhooks.retryDead(clock.now(), 9)).toBe(1)
    await webhooks.due()
    await idle()
    expect(tries()).toBe(RETRY_SECONDS.length + 2)
    expect(await store.webhooks.countQueued()).toBe(1)
  })

  it('is told with how it went and how long it took, and so is the one that was', async () => {
    const answers = [failed('timeout')]
    const { emit, clock, idle, webhooks, seen } = await setUp({
      answer: () => {
        clock.advance(1500)
        return answers.shift() ?? { kind: 'delivered', status: 200 }
      },
    })
    emit({ type: 'grant_finished', ...WHO, reason: 'expired' })
    await idle()
    clock.advance(5000)
    await webhooks.due()
    await idle()
    const tries = seen.filter(({ type }) => type === 'webhook_tried')
    const each = { id: expect.any(String), event: 'token.reauthorization_required', seconds: 1.5 }
    expect(tries).toEqual([
      { type: 'webhook_tried', ...each, outcome: 'retry', attempts: 1, failure: 'timeout' },
      { type: 'webhook_tried', ...each, outcome: 'ok', attempts: 2, failure: null },
    ])
  })

  it('waits as long as the receiver asks, up to a day, and a little longer by chance', async () => {
    const asked = [120, 1_000_000, 1]
    const { emit, clock, idle, webhooks, store } = await setUp({
      answer: () => failed('status_5xx', asked.shift()),
      random: () => 0.5,
    })
    const started = clock.now().getTime()
    emit({ type: 'grant_finished', ...WHO, reason: 'expired' })
    await idle()
    expect(await dueAfter()).toBe(132)
    clock.advance(132_000)
    await webhooks.due()
    await idle()
    expect(await dueAfter()).toBe(132 + 95_040)

    async function dueAfter() {
      const [delivery] = await store.webhooks.list({ dead: false, limit: 1 })
      return ((delivery?.dueAt?.getTime() ?? 0) - started) / 1000
    }
  })

  it('is given up at once when the receiver is gone for good', async () => {
    const { emit, idle, store } = await setUp({ answer: () => failed('gone') })
    emit({ type: 'grant_finished', ...WHO, reason: 'expired' })
    await idle()
    expect(await store.webhooks.list({ dead: true, limit: 9 })).toMatchObject([{ attempts: 1 }])
  })

  it('is tried by somebody else when the process dies during a try', async () => {
    const { emit, clock, idle, webhooks, tries, store } = await setUp({ starts: false })
    emit({ type: 'grant_finished', ...WHO, reason: 'expired' })
    await idle()
    const until = new Date(clock.now().getTime() + 30_000)
    await store.webhooks.claimDue(clock.now(), until)
    webhooks.start()
    await webhooks.due()
    await idle()
    expect(tries()).toBe(0)
    clock.advance(30_000)
    await webhooks.due()
    await idle()
    expect(tries()).toBe(1)
  })
})

describe('a slow receiver', () => {
  it('is given a few messages at the same time, and holds up nothing else', async () => {
    const gates: (() => void)[] = []
    const { emit, webhooks, store, idle, tries } = await setUp({
      answer: () =>
        new Promise((resolve) => gates.push(() => resolve({ kind: 'delivered', status: 200 }))),
    })
    for (let person = 0; person < 9; person++) {
      emit({ type: 'grant_finished', appId: 'cli_a', openId: `ou_${person}`, reason: 'expired' })
    }
    await expect.poll(() => store.webhooks.countQueued(), SOON).toBe(9)
    await webhooks.due()
    await webhooks.due()
    await expect.poll(() => gates.length, SOON).toBe(4)
    for (let next = 0; next < 9; next++) {
      await expect.poll(() => gates[next], SOON).toBeDefined()
      gates[next]?.()
    }
    await idle()
    expect(tries()).toBe(9)
    expect(await store.webhooks.countQueued()).toBe(0)
  })

  it('gets at once what is put in while the last look for more finds nothing', async () => {
    const looks: (() => void)[] = []
    const { emit, webhooks, store, idle, posted, failures } = await setUp({
      outbox: (real) => ({
        ...methodsOf(real),
        async claimDue(...args) {
          const found = await real.claimDue(...args)
          if (looks.length < 4) await new Promise<void>((resolve) => looks.push(resolve))
          return found
        },
      }),
    })
    await webhooks.due()
    await expect.poll(() => looks.length, SOON).toBe(4)
    emit({ type: 'grant_finished', ...WHO, reason: 'expired' })
    await expect.poll(() => store.webhooks.countQueued(), SOON).toBe(1)
    // What was put in asks for a worker right after it.
    await store.webhooks.countQueued()
    for (const look of looks) look()
    await idle()
    expect(posted).toHaveLength(1)
    expect(failures).toEqual([])
  })

  it('gets no more once the service closes', async () => {
    const { emit, webhooks, store, idle, tries } = await setUp({
      answer: () => {
        webhooks.close()
        return { kind: 'delivered', status: 200 }
      },
    })
    await store.webhooks.put({ id: 'a', event: 'token.revoked', payload: '{}' }, new Date(0))
    emit({ type: 'grant_finished', ...WHO, reason: 'expired' })
    await idle()
    expect(tries()).toBe(1)
    expect(await store.webhooks.countQueued()).toBe(1)
  })
})

it('two instances on one SQLite file deliver each message once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fca-webhooks-'))
  const databaseUrl = `file:${join(folder, 'auth.db')}`
  const one = await setUp({ databaseUrl })
  const two = await setUp({ databaseUrl, clock: one.clock })
  const sessions: AuthSession[] = []
  for (let each = 0; each < 20; each++) sessions.push(await end(one.store, one.clock))
  for (const session of sessions) one.emit({ type: 'session_ended', session })
  await Promise.all([one.webhooks.due(), two.webhooks.due()])
  await Promise.all([one.idle(), two.idle()])
  const ids = [...one.posted, ...two.posted].map(({ id }) => id)
  expect(ids.sort()).toEqual(sessions.map(({ id }) => `end_${id}`).sort())
  for (const store of opened.splice(0)) await store.close()
  rmSync(folder, { recursive: true, force: true })
})

it('what was delivered is kept for a week, what was given up as long as sessions', async () => {
  const { webhooks, store, clock, emit, idle } = await setUp({
    answer: (id) => (id.startsWith('end_') ? { kind: 'delivered', status: 200 } : failed('gone')),
  })
  emit({ type: 'session_ended', session: await end(store, clock) })
  emit({ type: 'grant_finished', ...WHO, reason: 'expired' })
  await idle()
  const days = async (count: number) => {
    clock.advance(count * 86_400_000)
    return webhooks.retention()
  }
  expect(await days(7)).toEqual({ deleted: 0 })
  expect(await days(1)).toEqual({ deleted: 1 })
  expect(await days(22)).toEqual({ deleted: 0 })
  expect(await days(1)).toEqual({ deleted: 1 })
})

it('what is old is deleted a batch at a time, until the process closes', async () => {
  let left = 601
  const { webhooks } = await setUp({
    outbox: (real) => ({
      ...methodsOf(real),
      async deleteDelivered(_createdBefore, limit) {
        const deleted = Math.min(left, limit)
        left -= deleted
        return deleted
      },
    }),
  })
  expect(await webhooks.retention(AbortSignal.abort())).toEqual({ deleted: 200 })
  expect(await webhooks.retention()).toEqual({ deleted: 401 })
})

it('a message to try the receiver out says what it is, when, and nothing else', () => {
  const now = new Date('2026-11-20T08:00:00.123Z')
  const [one, other] = [testMessage(now), testMessage(now)]
  expect(JSON.parse(one.payload)).toEqual({
    type: 'webhook.test',
    timestamp: '2026-11-20T08:00:00.123Z',
    data: {},
  })
  expect(one.id).not.toBe(other.id)
})

type Posted = { id: string; type: string; timestamp: string; data: Record<string, unknown> }

async function setUp({
  databaseUrl = 'file::memory:',
  clock = createFakeClock(),
  outbox = (real: WebhookOutbox) => real,
  answer = () => ({ kind: 'delivered', status: 200 }),
  poster,
  random = () => 0,
  starts = true,
}: {
  databaseUrl?: string
  clock?: FakeClock
  outbox?: (real: WebhookOutbox) => WebhookOutbox
  answer?: (id: string) => PostOutcome | Promise<PostOutcome>
  poster?: null
  random?: () => number
  starts?: boolean
} = {}) {
  const store = await openStore({ databaseUrl })
  opened.push(store)
  const posted: Posted[] = []
  const seen: AuthEvent[] = []
  const failures: unknown[] = []
  let tried = 0
  const fakePoster: WebhookPoster = {
    async post({ id, payload }) {
      tried += 1
      const outcome = await answer(id)
      if (outcome.kind === 'delivered') posted.push({ id, ...JSON.parse(payload) })
      return outcome
    },
  }
  const events = createAuthEvents((error) => failures.push(error))
  const background = createBackground((error) => failures.push(error))
  events.on((event) => seen.push(event))
  const webhooks = createWebhooks({
    outbox: outbox(store.webhooks),
    poster: poster === null ? null : fakePoster,
    clock,
    events,
    background,
    retentionDays: 30,
    random,
  })
  const stop = webhooks.listen()
  if (starts) webhooks.start()
  const { emit } = events
  const idle = () => background.drain()
  const tries = () => tried
  return { webhooks, store, clock, emit, seen, posted, failures, idle, stop, tries }
}

/** A session that has ended without anybody being told. */
function end(store: OpenStore, clock: FakeClock, changes: Partial<AuthSession> = {}) {
  const ended = { state: 'expired', endReason: 'timed_out', endedAt: clock.now() } as const
  return insertSession(store, aSession({ ...ended, ...changes }))
}

function refreshFailed(reason: 'upstream' | 'timeout' | 'rate_limited') {
  const result = { kind: 'setback', reason, error: null, retryAfterSeconds: 30 } as const
  return { type: 'refresh_ended', ...WHO, decision: 'failure', result, seconds: 1 } as const
}

function failed(failure: WebhookFailure, retryAfterSeconds: number | null = null): PostOutcome {
  return { kind: 'failed', failure, status: null, retryAfterSeconds }
}

/** The store wraps its methods in a proxy, whose properties a spread does not see. */
function methodsOf(real: WebhookOutbox): WebhookOutbox {
  return {
    put: real.put,
    listUntoldEnds: real.listUntoldEnds,
    noteEndTold: real.noteEndTold,
    findMark: real.findMark,
    listUntoldMarks: real.listUntoldMarks,
    noteMarkTold: real.noteMarkTold,
    claimDue: real.claimDue,
    noteDelivered: real.noteDelivered,
    noteRetry: real.noteRetry,
    noteDead: real.noteDead,
    retry: real.retry,
    retryDead: real.retryDead,
    list: real.list,
    countQueued: real.countQueued,
    deleteDelivered: real.deleteDelivered,
    deleteDead: real.deleteDead,
  }
}
