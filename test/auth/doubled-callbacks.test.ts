import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Callback } from '../../src/auth/complete-authorization.ts'
import { FeishuUnavailableError } from '../../src/errors.ts'
import { createDomain, type Domain, LIN } from '../support/domain.ts'

/** So long Feishu takes to answer the first callback; a test says when, and with what. */
type Answer = { comes: () => void; fails: (error: Error) => void }

describe('a callback that comes twice', () => {
  let domain: Domain
  let sessionId: string
  let callback: Extract<Callback, { kind: 'code' }>
  let answer: Answer
  let first: ReturnType<Domain['auth']['completeAuthorization']>
  beforeEach(async () => {
    domain = await createDomain({ sessionSeconds: 3600 })
    const { session } = await domain.auth.requestAuthorization({ openId: LIN.openId })
    sessionId = session.id
    const { url, state, browserSecret } = await domain.tap(sessionId)
    callback = { kind: 'code', code: domain.oauth.consent(url, LIN), state, browserSecret }
    await new Promise<void>((isAsked) => {
      domain.oauth.beforeAnswer = () =>
        new Promise((comes, fails) => {
          answer = { comes, fails }
          isAsked()
        })
      first = domain.auth.completeAuthorization(callback)
    })
  })
  afterEach(async () => {
    answer.comes()
    await first
    await domain.close()
  })

  const again = () => domain.auth.completeAuthorization(callback)
  const reasons = () =>
    domain.seen.flatMap((event) => (event.type === 'attempt_failed' ? [event.reason] : []))

  async function wait(milliseconds: number): Promise<void> {
    for (let passed = 0; passed < milliseconds; passed += 250) {
      await domain.clock.untilSomebodySleeps()
      domain.clock.advance(250)
    }
  }

  /** What a call has come to, as far as it has. */
  function watch<Result>(call: Promise<Result>): { result: Result | null } {
    const watched: { result: Result | null } = { result: null }
    void call.then((result) => {
      watched.result = result
    })
    return watched
  }

  it('waits for the first one, and tells of its success', async () => {
    const second = again()
    await wait(2000)
    answer.comes()
    expect(await first).toMatchObject({ kind: 'completed' })
    expect(await second).toMatchObject({ kind: 'already_ended', session: { state: 'completed' } })
    expect(domain.oauth.exchanges).toBe(1)
    expect(reasons()).toEqual([])
  })

  it('tells that the link was used as soon as the first one has failed', async () => {
    const second = again()
    await wait(2000)
    answer.fails(new FeishuUnavailableError('upstream_timeout'))
    expect(await first).toMatchObject({ kind: 'failed' })
    await wait(500)
    expect(await second).toMatchObject({ kind: 'link_used', session: { state: 'pending' } })
    expect(reasons()).toEqual(['upstream_timeout'])
  })

  it('tells that the link was used when the first one takes longer than a browser waits', async () => {
    const second = again()
    const watched = watch(second)
    await wait(7750)
    expect(watched.result).toBeNull()
    await wait(250)
    expect(await second).toMatchObject({ kind: 'link_used' })
    answer.comes()
    expect(await first).toMatchObject({ kind: 'completed' })
    expect(reasons()).toEqual([])
  })

  it('waits for nobody when the first one cannot be at work any more', async () => {
    domain.clock.advance(45_000)
    expect(await again()).toMatchObject({ kind: 'link_used' })
  })

  it('waits for nobody once the process is about to stop', async () => {
    await domain.auth.waiters.close()
    expect(await again()).toMatchObject({ kind: 'link_used', session: { state: 'pending' } })
  })

  it('still waits for one that may be', async () => {
    domain.clock.advance(44_000)
    const second = again()
    const watched = watch(second)
    await domain.clock.untilSomebodySleeps()
    expect(watched.result).toBeNull()
    await wait(1000)
    expect(await second).toMatchObject({ kind: 'link_used' })
  })

  it('waits for the first one whatever has failed before it', async () => {
    const before = new Date(domain.clock.now().getTime() - 1)
    await domain.store.sessions.noteFailure(sessionId, 'code_expired', before)
    const second = again()
    await wait(500)
    answer.comes()
    expect(await second).toMatchObject({ kind: 'already_ended', session: { state: 'completed' } })
  })

  it('waits for nobody when it brings no code', async () => {
    const { state, browserSecret } = callback
    const denial = { kind: 'error', error: 'access_denied', state, browserSecret } as const
    expect(await domain.auth.completeAuthorization(denial)).toMatchObject({ kind: 'link_used' })
    expect(reasons()).toEqual([])
  })
})
