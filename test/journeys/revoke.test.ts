import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newestCard, type Service, type SessionJson, startService } from '../support/service.ts'

describe('access is taken back', () => {
  let service: Service
  let openId: string
  beforeEach(async () => {
    service = await startService()
    openId = service.emulator.people[0]?.openId ?? ''
  })
  afterEach(() => service.close())

  async function authorize(locale = 'en'): Promise<{ session: SessionJson; token: string }> {
    const session = await service.ask(openId, { locale })
    const { authorizeUrl } = await service.tap(openId)
    const consent = await service.emulator.sim.approve({ authorizeUrl, openId })
    await fetch('redirect' in consent ? consent.redirect : '')
    await service.cardTurns(openId, 'green')
    const answer = await service.api(`/v1/tokens/${openId}`)
    const { access_token: token } = (await answer.json()) as { access_token: string }
    return { session, token }
  }

  const works = (token: string) => service.emulator.sim.tokenOwner(token)?.works
  const cardText = () => JSON.stringify(newestCard(service.emulator, openId)?.content)

  async function tokenNow(): Promise<string> {
    const answer = await service.api(`/v1/tokens/${openId}`)
    return ((await answer.json()) as { access_token: string }).access_token
  }

  async function expectNoToken(): Promise<void> {
    const answer = await service.api(`/v1/tokens/${openId}`)
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({ code: 'authorization_required' })
  }

  /** What the bot wrote to the person, once it wrote `count` texts. */
  async function texts(count: number): Promise<string[]> {
    for (let look = 0; look < 200; look++) {
      const written = service.emulator.sim
        .messages()
        .filter(({ msg_type, sender }) => msg_type === 'text' && sender.kind === 'bot')
        .map(({ content }) => JSON.stringify(content))
      if (written.length >= count) return written
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
    throw new Error(`the bot did not write ${count} texts`)
  }

  it('by a tap on the card: at Feishu, here, and on the card', async () => {
    const { token } = await authorize()
    const messageId = newestCard(service.emulator, openId)?.message_id ?? ''
    const tapped = await service.emulator.sim.click({
      messageId,
      openId,
      button: { text: 'Revoke access' },
    })
    expect(tapped).toMatchObject({ toast: { i18n: { en_us: 'Access is being revoked' } } })
    await service.cardTurns(openId, 'grey')
    expect(cardText()).toContain('You revoked the access of')
    expect(works(token)).toBe(false)
    await expectNoToken()
    const counted = { source: 'user', reason: 'user' }
    expect(await service.metric('lark_service_token_revoked_total', counted)).toBe(1)
  })

  it('by a message to the bot, which answers in the language of the person', async () => {
    const { token } = await authorize('ja')
    await service.emulator.sim.say({ openId, text: ' /revoke ' })
    expect(await texts(1)).toEqual([expect.stringContaining('認可を取り消しました')])
    await service.cardTurns(openId, 'grey')
    expect(works(token)).toBe(false)
    await expectNoToken()
    await service.emulator.sim.say({ openId, text: '/revoke' })
    expect((await texts(2))[1]).toContain('取り消すものはありません')
  })

  it('by an admin, and the card says so', async () => {
    const { token } = await authorize()
    const answer = await service.api(`/v1/tokens/${openId}`, { method: 'DELETE' })
    expect(answer.status).toBe(204)
    await service.cardTurns(openId, 'grey')
    expect(cardText()).toContain('An admin revoked the access of')
    expect(works(token)).toBe(false)
  })

  it('at Feishu, and the service learns of it at once', async () => {
    await authorize()
    expect(await service.emulator.sim.revoke({ openId })).toEqual({ delivered: true })
    await service.cardTurns(openId, 'grey')
    await expectNoToken()
    const told = { source: 'upstream_event', reason: 'user' }
    expect(await service.metric('lark_service_token_revoked_total', told)).toBe(1)
    expect(service.logs.find(({ event }) => event === 'grant_revoked')).toMatchObject({
      level: 'info',
      source: 'upstream_event',
    })
  })

  it('at Feishu, the access token alone, and the next caller gets one that works', async () => {
    const { token } = await authorize()
    await service.emulator.sim.revoke({ openId, tokens: 'access' })
    await expect.poll(async () => (await tokenNow()) !== token).toBe(true)
    expect(works(await tokenNow())).toBe(true)
  })

  it('at Feishu for everybody, when the app is removed', async () => {
    await authorize()
    service.emulator.sim.setApp({ installed: false })
    await service.cardTurns(openId, 'grey')
    await expectNoToken()
    const told = { source: 'upstream_event', reason: 'restriction' }
    expect(await service.metric('lark_service_token_revoked_total', told)).toBe(1)
  })

  it('while Feishu is away: gone here at once, and there once it is back', async () => {
    const { token } = await authorize()
    service.emulator.sim.injectFault({ match: 'POST /oauth/v1/revoke', status: 503, times: 2 })
    const answer = await service.api(`/v1/tokens/${openId}`, { method: 'DELETE' })
    expect(answer.status).toBe(204)
    await expectNoToken()
    expect(service.logs.filter(({ event }) => event === 'revocation_not_told')).toHaveLength(1)
    await expect.poll(() => works(token), { timeout: 20_000 }).toBe(false)
  })

  it('while a caller waits for more: the caller is released, and the card says so', async () => {
    await authorize()
    const scopes = ['offline_access', 'docx:document:readonly']
    const waiting = service.api('/v1/tokens', {
      method: 'POST',
      body: { open_id: openId, scopes, wait: 30, locale: 'en' },
    })
    await service.cardTurns(openId, 'blue')
    await service.api(`/v1/tokens/${openId}`, { method: 'DELETE' })
    const released = await waiting
    expect(released.status).toBe(410)
    expect(await released.json()).toMatchObject({ code: 'authorization_expired' })
    await expect.poll(cardText).toContain('withdrawn')
  })

  it('before it was given: /revoke says no to the card that waits', async () => {
    const asked = await service.ask(openId, { locale: 'en' })
    const waiting = service.api(`/v1/sessions/${asked.session_id}?wait=30`)
    await service.emulator.sim.say({ openId, text: '/revoke' })
    expect(await texts(1)).toEqual([expect.stringContaining('I withdrew the request')])
    expect(await (await waiting).json()).toMatchObject({ state: 'rejected' })
    await service.cardTurns(openId, 'grey')
  })

  it('from somebody who was not asked, and that is counted', async () => {
    await service.ask(openId)
    const stranger = service.emulator.people[1]?.openId ?? ''
    const { authorizeUrl } = await service.tap(openId)
    const consent = await service.emulator.sim.approve({ authorizeUrl, openId: stranger })
    await fetch('redirect' in consent ? consent.redirect : '')
    const counted = { source: 'mismatch', reason: 'unknown' }
    await expect.poll(() => service.metric('lark_service_token_revoked_total', counted)).toBe(1)
  })

  it('while they are frozen, and it is theirs again afterwards', async () => {
    await authorize()
    service.emulator.sim.setPerson({ openId, status: 'frozen' })
    await expect.poll(async () => (await service.api(`/v1/tokens/${openId}`)).status).toBe(404)
    service.emulator.sim.setPerson({ openId, status: 'active' })
    await expect.poll(async () => (await service.api(`/v1/tokens/${openId}`)).status).toBe(200)
    expect(works(await tokenNow())).toBe(true)
  })

  it('when the person leaves, with the request that waits for them', async () => {
    await authorize()
    const scopes = ['offline_access', 'docx:document:readonly']
    const asked = await service.ask(openId, { locale: 'en', scopes })
    const waiting = service.api(`/v1/sessions/${asked.session_id}?wait=30`)
    service.emulator.sim.setPerson({ openId, status: 'resigned' })
    expect(await (await waiting).json()).toMatchObject({
      state: 'expired',
      end_reason: 'invalidated',
    })
    await expectNoToken()
  })
})
