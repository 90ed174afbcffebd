import { describe, expect, it } from 'vitest'
import { createAppCircuit } from '../../src/auth/app-circuit.ts'
import { noteReply } from '../../src/auth/note-reply.ts'
import { createRefreshBudget } from '../../src/auth/refresh-budget.ts'
import type { RefreshReply, SetbackReason } from '../../src/auth/refresh-outcome.ts'
import { FeishuUnavailableError } from '../../src/errors.ts'
import { AMBIGUOUS, APP_WIDE, finished } from './support/token-server.ts'
import { createVirtualTime } from './support/virtual-time.ts'

const APP = 'cli_a'
const ERROR = new FeishuUnavailableError('upstream_5xx')

function begin() {
  const time = createVirtualTime()
  const circuit = createAppCircuit({ clock: time })
  const budget = createRefreshBudget({ clock: time })
  const meet = (...replies: RefreshReply[]) => {
    for (const reply of replies) noteReply({ circuit, budget }, APP, reply)
    return circuit.state(APP)
  }
  /** How long the next refresh has to wait for its turn. */
  const wait = async (appId = APP) => {
    const before = time.now().getTime()
    await time.until(budget.take(appId))
    return time.now().getTime() - before
  }
  return { circuit, meet, wait }
}

const setback = (reason: SetbackReason, retryAfterSeconds: number | null = null): RefreshReply => ({
  ...{ kind: 'setback', reason, error: ERROR, retryAfterSeconds },
})
const unexplained = (mayBeSpent: boolean): RefreshReply => ({
  ...{ kind: 'unexplained', error: ERROR, mayBeSpent },
})
const [CLOSED, OPEN] = [0, 2]

/** Read when the tests run, so that a table of them needs no reply before. */
const replies = (): Record<string, RefreshReply> => ({
  'a lost connection': AMBIGUOUS,
  'a failure that nobody understands': unexplained(true),
  'trouble of Feishu’s own': setback('upstream'),
  'a time-out': setback('timeout'),
  'no way to Feishu': setback('network'),
  'a refusal that nobody understands': unexplained(false),
  'a policy': setback('policy'),
  'a change of the interface': setback('drift'),
  'the end of a grant': finished('reused'),
})

describe('an answer to one refresh', () => {
  it.each([
    'a lost connection',
    'a failure that nobody understands',
    'trouble of Feishu’s own',
    'a time-out',
    'no way to Feishu',
  ])('is trouble, and three in a row are an outage: %s', (name) => {
    const reply = replies()[name] ?? AMBIGUOUS
    const { circuit, meet } = begin()
    expect(meet(reply, reply)).toBe(CLOSED)
    expect(meet(reply)).toBe(OPEN)
    expect(circuit.cause(APP)?.reason).toBe('upstream')
  })

  it.each([
    'a refusal that nobody understands',
    'a policy',
    'a change of the interface',
    'the end of a grant',
  ])('shows that Feishu is there, so that earlier trouble counts no more: %s', (name) => {
    const reply = replies()[name] ?? AMBIGUOUS
    const { meet } = begin()
    expect(meet(AMBIGUOUS, AMBIGUOUS, reply, AMBIGUOUS, AMBIGUOUS)).toBe(CLOSED)
    expect(meet(AMBIGUOUS)).toBe(OPEN)
    expect(meet(reply)).toBe(CLOSED)
  })

  it('stops the whole app where the app is at fault', () => {
    const { circuit, meet } = begin()
    expect(meet(APP_WIDE)).toBe(OPEN)
    expect(circuit.cause(APP)?.reason).toBe('config')
  })
})

describe('an answer that asks to slow down', () => {
  it('says neither that Feishu is well nor that it is not', () => {
    const { meet } = begin()
    const slow = setback('rate_limited', 1)
    expect(meet(slow, slow, slow, AMBIGUOUS, AMBIGUOUS, slow)).toBe(CLOSED)
    expect(meet(AMBIGUOUS)).toBe(OPEN)
  })

  it('is obeyed by the next refresh of the app, as long as Feishu asks for', async () => {
    const { meet, wait } = begin()
    expect(await wait()).toBe(0)
    meet(setback('rate_limited', 4))
    expect(await wait('cli_b')).toBe(0)
    expect(await wait()).toBeGreaterThanOrEqual(4000)
  })

  it('is obeyed for a second where Feishu does not say how long', async () => {
    const { meet, wait } = begin()
    meet(setback('rate_limited'))
    const waited = await wait()
    expect(waited).toBeGreaterThanOrEqual(1000)
    expect(waited).toBeLessThan(2000)
  })

  it('keeps back nobody where Feishu did not ask for it', async () => {
    const { meet, wait } = begin()
    meet(setback('policy'), setback('network'), AMBIGUOUS)
    expect(await wait()).toBe(0)
  })
})
