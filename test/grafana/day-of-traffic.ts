import { newestCard, type Service } from '../support/service.ts'
import type { Receiver } from '../webhooks/receiver.ts'

const HOUR = 3600
const SEND = 'POST /open-apis/im/v1/messages'
const TOKEN_ENDPOINT = 'POST /open-apis/authen/v2/oauth/token'

/**
 * What people, bots and bad luck do to a service in a day, as fast as it goes: each thing that can be counted happens at least once,
 * and what passes waits until it was `seen`.
 */
export async function liveThroughADay(
  service: Service,
  receiver: Receiver,
  seen: () => Promise<void>,
): Promise<void> {
  const { sim, people } = service.emulator
  const [lin = '', alex = '', sato = ''] = people.map(({ openId }) => openId)
  const readToken = (openId: string) => service.api(`/v1/tokens/${openId}`)
  const refresh = () => service.api(`/v1/tokens/${lin}/refresh`, { method: 'POST' })

  async function authorize(openId: string): Promise<void> {
    await service.ask(openId)
    await approve(openId)
    await service.cardTurns(openId, 'green')
  }
  async function approve(openId: string, by = openId): Promise<void> {
    const { authorizeUrl, cookie } = await service.tap(openId)
    const consent = await sim.approve({ authorizeUrl, openId: by })
    const redirect = 'redirect' in consent ? consent.redirect : ''
    await (await fetch(redirect, { headers: { cookie } })).text()
  }
  async function pass(seconds: number): Promise<void> {
    await sim.advanceClock({ seconds })
  }
  /** What is read from the database is read every 5 seconds at most. */
  async function show(): Promise<void> {
    await pass(10)
    await seen()
  }

  // People decide: yes, no on the card, no on the page, too late, and as somebody else.
  await authorize(lin)
  await service.ask(alex)
  const messageId = newestCard(service.emulator, alex)?.message_id ?? ''
  await sim.click({ messageId, openId: alex, button: { text: 'Not now' } })
  await service.cardTurns(alex, 'grey')
  await service.ask(sato)
  const { authorizeUrl, cookie } = await service.tap(sato)
  const refused = await sim.deny({ authorizeUrl, openId: sato })
  const redirect = 'redirect' in refused ? refused.redirect : ''
  await (await fetch(redirect, { headers: { cookie } })).text()
  await service.cardTurns(sato, 'grey')
  await pass(HOUR)
  await service.ask(sato)
  await approve(sato, alex)
  await pass(HOUR)
  await service.cardTurns(sato, 'grey')
  await pass(HOUR)

  // Feishu fails in one way after the other, and comes back.
  sim.injectFault({ match: SEND, status: 503, times: 0 })
  await (await service.api('/v1/sessions', { method: 'POST', body: { open_id: alex } })).text()
  await show()
  sim.clearFaults()
  await service.ask(alex)
  sim.injectFault({ match: SEND, status: 429, times: 1 })
  await service.ask(sato)
  await show()
  await pass(HOUR)
  sim.injectFault({ match: TOKEN_ENDPOINT, status: 503, times: 0 })
  await pass(3 * HOUR)
  await Promise.all([readToken(lin), readToken(lin), refresh()])
  await untilItHurts(service, async () => {
    await pass(60)
    await readToken(lin)
  })
  await show()
  sim.clearFaults()
  await pass(HOUR)

  // Tokens are read by many at once, refreshed for all, and by those who insist.
  await Promise.all(Array.from({ length: 10 }, () => readToken(lin)))
  await refresh()
  await readToken(lin)
  await readToken(alex)
  await service.api('/v1/tokens', { method: 'POST', body: { open_id: lin } })
  const waiting = service.api('/v1/tokens', { method: 'POST', body: { open_id: sato, wait: 5 } })

  // The connection is lost and comes back; events come twice, and some are not for us.
  sim.duplicateEvents({ times: 1 })
  await sim.say({ openId: lin, text: 'hello' })
  sim.dropConnections()
  await reconnected(service)
  await (await waiting).text()

  // Strangers at the doors, and a receiver that is away for a moment.
  await fetch(`${service.url}/callback?code=nobodys&state=nobodys`)
  await fetch(`${service.url}/v1/tokens/${lin}`)
  await fetch(`${service.url}/nowhere`)
  for (const _try of ['first', 'second', 'third']) {
    receiver.answers.push((response) => response.writeHead(500).end())
  }
  await service.api(`/v1/tokens/${lin}`, { method: 'DELETE' })
  await show()

  // And in the evening: consents and their ends, here, at Feishu, and because a refresh token died.
  await pass(24 * HOUR)
  await authorize(lin)
  sim.duplicateEvents({ times: 1 })
  await sim.revoke({ openId: lin })
  await authorize(alex)
  sim.injectFault({ match: TOKEN_ENDPOINT, code: 20037 })
  await (await service.api(`/v1/tokens/${alex}/refresh`, { method: 'POST' })).text()

  // One person is through, another has not decided; both were left alone for a while before.
  await pass(HOUR)
  await authorize(lin)
  await service.ask(sato)
  await show()
}

/** An outage of the token endpoint shows when its circuit has opened, and a refresh is late. */
async function untilItHurts({ metric }: Service, goOn: () => Promise<void>): Promise<void> {
  for (let minute = 0; minute < 60; minute++) {
    await goOn()
    const circuit = await metric('lark_service_circuit_state', { dependency: 'token_endpoint' })
    if (circuit === 2 && (await metric('lark_service_token_refresh_lag_seconds')) > 0) return
  }
  throw new Error('the outage does not show')
}

async function reconnected({ metric }: Service): Promise<void> {
  for (let look = 0; look < 300; look++) {
    const back = await metric('lark_service_websocket_reconnect_total', { outcome: 'success' })
    if (back > 0) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('the long connection did not come back')
}
