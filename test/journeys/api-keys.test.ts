import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EVERYTHING } from '../../src/access/permits.ts'
import { newestCard, type Service, startService } from '../support/service.ts'

const SOON = { timeout: 10_000, interval: 10 }

describe('an API key', () => {
  let service: Service
  let openId: string
  let secret: string
  beforeEach(async () => {
    service = await startService()
    openId = service.emulator.people[0]?.openId ?? ''
    const made = await service.app.parts.access.apiKeys.create('calendar-bot', EVERYTHING)
    secret = made?.secret ?? ''
  })
  afterEach(() => service.close())

  it('that is revoked while its call waits gets no token when the person agrees', async () => {
    const waiting = call('/v1/tokens', { open_id: openId, wait: 60 })
    await untilCard()
    await service.app.parts.access.apiKeys.revoke('calendar-bot')
    await consent()
    await expectRefused(await waiting, 'token_read')
  })

  it('that another process revoked gets none either, two seconds later', async () => {
    const waiting = call('/v1/tokens', { open_id: openId, wait: 60 })
    await untilCard()
    await revokeElsewhere()
    await consent()
    await expectRefused(await waiting, 'token_read')
  })

  it('that is revoked while it waits for a session is not shown how it ended', async () => {
    const { session_id } = await service.ask(openId)
    const waiting = call(`/v1/sessions/${session_id}?wait=60`)
    await expect.poll(() => service.app.parts.auth.waiters.count(), SOON).toBe(1)
    await service.app.parts.access.apiKeys.revoke('calendar-bot')
    await consent()
    await expectRefused(await waiting, 'session_read')
  })

  it('that is revoked while its card waits is not told of the card', async () => {
    const waiting = call('/v1/tokens', { open_id: openId, wait: 1 })
    await untilCard()
    await service.app.parts.access.apiKeys.revoke('calendar-bot')
    await expectRefused(await waiting, 'session_asked')
  })

  it('works behind an address that sends wrong ones', async () => {
    const statuses = new Set<number>()
    for (let guess = 0; guess < 61; guess++) {
      const wrong = `fca_${String(guess).padStart(43, '0')}`
      statuses.add((await call('/v1/sessions', undefined, wrong)).status)
    }
    expect(statuses).toEqual(new Set([401, 429]))
    expect((await call('/v1/sessions')).status).toBe(200)
    expect((await service.api('/v1/sessions')).status).toBe(200)
  })

  function call(path: string, body?: object, bearer = secret): Promise<Response> {
    return fetch(service.url + path, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
  }

  async function untilCard(): Promise<void> {
    await expect.poll(() => newestCard(service.emulator, openId), SOON).toBeDefined()
    await expect.poll(() => service.app.parts.auth.waiters.count(), SOON).toBe(1)
  }

  /** Past this service, which finds out when it looks again. */
  async function revokeElsewhere(): Promise<void> {
    await service.app.parts.store.apiKeys.revoke('calendar-bot', service.emulator.now())
    service.emulator.sim.advanceClock({ seconds: 2 })
  }

  async function consent(): Promise<void> {
    const { authorizeUrl } = await service.tap(openId)
    const approved = await service.emulator.sim.approve({ authorizeUrl, openId })
    await fetch('redirect' in approved ? approved.redirect : '')
  }

  async function expectRefused(answer: Response, action: string): Promise<void> {
    expect(answer.status).toBe(401)
    const text = await answer.text()
    expect(text).toContain('unauthenticated')
    expect(text).not.toContain('access_token')
    await expect
      .poll(() => service.app.parts.store.audit.list({ openId, limit: 99 }), SOON)
      .toContainEqual(
        expect.objectContaining({ actor: 'key:calendar-bot', action, outcome: 'unauthenticated' }),
      )
  }
})
