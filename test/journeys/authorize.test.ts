import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Service, startService } from '../support/service.ts'

describe('a person authorizes', () => {
  let service: Service
  beforeEach(async () => {
    service = await startService()
  })
  afterEach(() => service.close())

  it('from the card to a token the bot can read', async () => {
    const openId = service.emulator.people[0]?.openId ?? ''
    const scopes = ['offline_access', 'docx:document:readonly']
    const asked = await service.ask(openId, { scopes, reason: 'weekly report' })
    expect(asked).toMatchObject({
      state: 'pending',
      card: { shows: 'pending', look: 'asking' },
      scopes,
    })

    const waiting = service.api(`/v1/sessions/${asked.session_id}?wait=30`)
    const { authorizeUrl } = await service.tap(openId)
    const consent = await service.emulator.sim.approve({ authorizeUrl, openId })
    const page = await fetch('redirect' in consent ? consent.redirect : '')
    expect(page.status).toBe(200)
    await service.cardTurns(openId, 'green')
    expect(await (await waiting).json()).toMatchObject({
      state: 'completed',
      granted_scopes: scopes,
    })

    const answer = await service.api(`/v1/tokens/${openId}?scopes=docx:document:readonly`)
    expect(answer.status).toBe(200)
    const token = (await answer.json()) as { access_token: string }
    expect(token).toMatchObject({ token_type: 'Bearer', open_id: openId, scopes })
    const owner = service.emulator.sim.tokenOwner(token.access_token)
    expect(owner).toMatchObject({ openId, works: true })

    const method = { auth_method: 'websocket_card' }
    expect(await service.metric('lark_service_auth_session_total', method)).toBe(1)
    expect(await service.metric('lark_service_auth_success_total', method)).toBe(1)
    expect(await service.metric('lark_service_auth_session_active')).toBe(0)
    expect(await service.metric('lark_service_token_active_count')).toBe(1)
    expect(await service.metric('lark_service_websocket_connection_status')).toBe(1)
  })

  it('declines on the card, and the bot is told', async () => {
    const openId = service.emulator.people[1]?.openId ?? ''
    const asked = await service.ask(openId)
    const waiting = service.api(`/v1/sessions/${asked.session_id}?wait=30`)
    const card = asked.card
    const messageId =
      typeof card === 'object' && card && 'message_id' in card ? card.message_id : ''
    const answer = await service.emulator.sim.click({
      messageId: String(messageId),
      openId,
      button: { text: 'Not now' },
    })
    expect(answer).toMatchObject({ toast: { type: 'info' } })
    await service.cardTurns(openId, 'grey')
    expect(await (await waiting).json()).toMatchObject({
      state: 'rejected',
      end_reason: 'declined_on_card',
    })
    const reason = { reason: 'declined_on_card', fault: 'user' }
    expect(await service.metric('lark_service_auth_failure_total', reason)).toBe(1)
  })
})
