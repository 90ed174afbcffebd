import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { generateKey } from '../../src/auth/token-cipher.ts'
import { createCardAuth } from '../../src/card-auth.ts'
import { startFeishuEmulator } from '../../src/emulator/index.ts'
import { ConfigurationError } from '../../src/errors.ts'
import { type Service, startService } from '../support/service.ts'
import { type Receiver, SECRET, startReceiver, type Told, verify } from '../webhooks/receiver.ts'

const EVERY_SECOND = { cron: '* * * * * *', everySeconds: 1 }

let receiver: Receiver
beforeEach(async () => {
  receiver = await startReceiver()
})
afterEach(() => receiver.close())

/** What was told, once so much was. */
async function told(count: number): Promise<Told[]> {
  await receiver.until(count)
  return receiver.received.map((each) => verify(each))
}

describe('a receiver of the running service', () => {
  let service: Service
  let openId: string
  beforeEach(async () => {
    service = await startService({
      env: {
        WEBHOOK_URL: receiver.url,
        WEBHOOK_SECRETS: SECRET,
        WEBHOOK_ALLOWED_HOSTS: '127.0.0.1',
      },
      app: {
        schedules: {
          session_sweep: EVERY_SECOND,
          card_outbox: EVERY_SECOND,
          webhooks: EVERY_SECOND,
        },
      },
    })
    openId = service.emulator.people[0]?.openId ?? ''
  })
  afterEach(() => service.close())

  it('is told of a consent and of its end, in the words of the API and without a secret', async () => {
    const session = await service.ask(openId, { reason: 'For your report' })
    const { authorizeUrl } = await service.tap(openId)
    const consent = await service.emulator.sim.approve({ authorizeUrl, openId })
    await fetch('redirect' in consent ? consent.redirect : '')
    const [completed] = await told(1)
    expect(completed).toEqual({
      type: 'authorization.completed',
      timestamp: completed?.data.ended_at,
      data: expect.objectContaining({ state: 'completed', reason: 'For your report' }),
    })
    const read = await service.api(`/v1/sessions/${session.session_id}`)
    const shown = (await read.json()) as Record<string, unknown>
    expect({ ...completed?.data, card: null }).toEqual({ ...shown, card: null })

    const answer = await service.api(`/v1/tokens/${openId}`)
    const { access_token: token } = (await answer.json()) as { access_token: string }
    await service.api(`/v1/tokens/${openId}`, { method: 'DELETE' })
    const [, revoked] = await told(2)
    expect(revoked).toMatchObject({
      type: 'token.revoked',
      data: { open_id: openId, session_id: session.session_id, source: 'admin', reason: 'admin' },
    })

    const ticket = new URL(authorizeUrl).searchParams.get('state') ?? ''
    const { webhooks } = service.app.parts.store
    await expect.poll(() => webhooks.countQueued(), { timeout: 10_000 }).toBe(0)
    const seen = JSON.stringify([receiver.received, service.logs])
    for (const secret of [token, ticket, SECRET, SECRET.slice(6), service.apiKey]) {
      expect(secret.length).toBeGreaterThan(15)
      expect(seen).not.toContain(secret)
    }
    expect(JSON.stringify(service.logs)).not.toContain('canary-in-the-query')
    const delivered = { event: 'token.revoked', outcome: 'ok' }
    await expect
      .poll(() => service.metric('lark_service_webhook_deliveries_total', delivered), {
        timeout: 10_000,
      })
      .toBe(1)
    expect(await service.metric('lark_service_webhook_queue_depth')).toBe(0)
  })

  it('is told again after an error, with the same id', async () => {
    receiver.answers.push((response) => response.writeHead(500).end())
    await service.ask(openId)
    await service.app.parts.auth.invalidateSession(
      (await service.app.parts.store.sessions.list({ limit: 1 }))[0]?.id ?? '',
    )
    await receiver.until(1)
    const retried = { event: 'authorization.expired', outcome: 'retry' }
    await expect
      .poll(() => service.metric('lark_service_webhook_deliveries_total', retried), {
        timeout: 10_000,
      })
      .toBe(1)
    service.emulator.sim.advanceClock({ seconds: 7 })
    await receiver.until(2)
    const [first, second] = receiver.received
    expect(second?.body).toBe(first?.body)
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id'])
  })

  it('is told by the next start what the last process could not tell', async () => {
    const { store } = service.app.parts
    await service.ask(openId)
    const [session] = await store.sessions.list({ limit: 1 })
    // As a process that dies between the end and the outbox leaves it: nobody hears of the move.
    const move = { to: 'expired', endReason: 'invalidated' } as const
    await store.sessions.move(session?.id ?? '', move, service.emulator.now())
    expect(await told(1)).toMatchObject([
      { type: 'authorization.expired', data: { end_reason: 'invalidated' } },
    ])
  })
})

describe('a receiver of the library', () => {
  const options = {
    appId: 'cli_0123456789abcdef',
    appSecret: 'secret',
    redirectUri: 'http://localhost:1/callback',
    encryptionKeys: generateKey(),
    database: 'file::memory:',
  }

  it('is told, too', async () => {
    const webhook = { url: receiver.url, secrets: [SECRET], allowedHosts: ['127.0.0.1'] }
    const emulator = await startFeishuEmulator()
    const { appId, appSecret } = emulator.app
    const hosts = { apiBaseUrl: emulator.url, accountsBaseUrl: emulator.url }
    const auth = await createCardAuth({ ...options, appId, appSecret, ...hosts, webhook })
    await auth.start()
    const openId = emulator.people[0]?.openId ?? ''
    const { session } = await auth.requestAuthorization({ openId })
    await auth.invalidateSession(session.id)
    expect(await told(1)).toMatchObject([{ data: { session_id: session.id } }])
    await auth.close()
    await emulator.close()
  })

  it('is refused with every fault at once, and no secret among them', async () => {
    const webhook = {
      url: 'http://example.com',
      secrets: ['canary'],
      allowedHosts: ['10.0.0.0/99'],
    }
    const refused = createCardAuth({ ...options, webhook })
    await expect(refused).rejects.toThrow(ConfigurationError)
    for (const fault of ['webhook.url', 'webhook.secrets', 'webhook.allowedHosts']) {
      await expect(refused).rejects.toThrow(fault)
    }
    await expect(refused).rejects.not.toThrow(/canary/)
  })
})
