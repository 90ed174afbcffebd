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
