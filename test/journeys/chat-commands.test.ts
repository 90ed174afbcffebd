import { afterEach, describe, expect, it } from 'vitest'
import { newestCard, type Service, startService } from '../support/service.ts'

const [LIN_XIA, ALEX, SATO] = ['1', '2', '3'].map((digit) => `ou_${digit.repeat(32)}`)

let service: Service
afterEach(() => service.close())

async function authorize(openId: string, extra: Record<string, unknown> = {}): Promise<void> {
  await service.ask(openId, extra)
  const { authorizeUrl } = await service.tap(openId)
  const consent = await service.emulator.sim.approve({ authorizeUrl, openId })
  await fetch('redirect' in consent ? consent.redirect : '')
  await service.cardTurns(openId, 'green')
}

/** What the bot wrote into the chat with a person, once it wrote `count` texts. */
async function textsTo(openId: string, count: number): Promise<string[]> {
  const { chats } = service.emulator.sim.state()
  const chat = chats.find(({ kind, members }) => kind === 'p2p' && members.includes(openId))
  for (let look = 0; look < 400; look++) {
    const written = service.emulator.sim
      .messages({ chatId: chat?.chat_id ?? '' })
      .filter(({ msg_type, sender }) => msg_type === 'text' && sender.kind === 'bot')
      .map(({ content }) => String(content.text))
    if (written.length >= count) return written
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error(`the bot did not write ${count} texts`)
}

async function asked(openId = '', text: string, count = 1): Promise<string> {
  await service.emulator.sim.say({ openId, text })
  return (await textsTo(openId, count)).at(-1) ?? ''
}

describe('/auth status', () => {
  it('tells everybody about themselves, in their language, and never a token', async () => {
    service = await startService()
    await authorize(ALEX ?? '', { locale: 'en', scopes: ['offline_access', 'task:task:read'] })
    const { access_token: token } = (await (await service.api(`/v1/tokens/${ALEX}`)).json()) as {
      access_token: string
    }
    const told = await asked(ALEX, ' /auth  status ')
    expect(told).toMatch(/^You have authorized me: I can act as you\./)
    expect(told).toMatch(/^Permissions: .*task:task:read/m)
    expect(told).toMatch(/^Renewed by itself, until \w+ \d+, \d{4} at /m)
    expect(told).toContain('/revoke')
    expect(told).not.toContain(token)
    // Somebody else is told about their own, in the language of the brand.
    expect(await asked(LIN_XIA, '/auth status')).toBe('你目前没有授权给我。')
  })

  it('tells when an authorization is not renewed, and when it is over', async () => {
    service = await startService()
    await authorize(SATO ?? '', { locale: 'ja', scopes: ['task:task:read'] })
    expect(await asked(SATO, '/auth status')).toMatch(/に終了します（更新されません）/)
    service.emulator.sim.advanceClock({ seconds: 7300 })
    expect(await asked(SATO, '/auth status', 2)).toMatch(/^認可は終了しました/)
  })

  it('tells the time where the person is, once a tap has told where that is', async () => {
    service = await startService({ env: { REAUTHORIZE_TIME_ZONE: 'Asia/Shanghai' } })
    const openId = ALEX ?? ''
    await authorize(openId, { locale: 'en', scopes: ['task:task:read'] })
    await service.ask(openId, { locale: 'en', scopes: ['docx:document:readonly'] })
    const messageId = newestCard(service.emulator, openId)?.message_id ?? ''
    await service.emulator.sim.click({ messageId, openId, button: { text: 'Not now' } })
    await service.cardTurns(openId, 'grey')
    const { appId } = service.emulator.app
    await expect
      .poll(() => service.app.parts.store.timeZones.find({ appId, openId }))
      .toBe('America/New_York')
    const ends = (await service.app.parts.store.grants.find(appId, openId))?.accessTokenExpiresAt
    const there = new Intl.DateTimeFormat('en-US', {
      dateStyle: 'long',
      timeStyle: 'short',
      timeZone: 'America/New_York',
    }).format(ends)
    expect(await asked(openId, '/auth status')).toContain(there)
  })

  it('tells of a revocation', async () => {
    service = await startService()
    await authorize(ALEX ?? '', { locale: 'en' })
    expect(await asked(ALEX, '/revoke')).toMatch(/^Revoked\./)
    expect(await asked(ALEX, '/auth status', 2)).toBe('You have not authorized me.')
  })
})

describe('/auth doctor', () => {
  it('examines the service for those who are named, and nobody else', async () => {
    service = await startService({ env: { DOCTOR_OPEN_IDS: `${ALEX}` } })
    await authorize(ALEX ?? '', { locale: 'en' })
    service.emulator.sim.setApp({ redirectUris: ['https://elsewhere.example/callback'] })
    const told = await asked(ALEX, '/auth doctor', 2)
    expect(told).toMatch(/^Done: \d+ good, \d+ to know, 1 to mend, \d+ not looked at\.$/m)
    expect(told).toMatch(/^✗ redirect_uri cli_\w+: The redirect URL is not registered \(20029\)/m)
    expect(told).toContain(`${service.url}/callback`)
    expect(told).not.toContain(service.apiKey)
    expect(told).not.toContain(service.emulator.app.appSecret)
    expect(await asked(LIN_XIA, '/auth doctor')).toBe('只有指定的人员可以使用这个命令。')
  })

  it('is left to the bot where nobody is named', async () => {
    const heard: unknown[] = []
    service = await startService({
      app: {
        handlers: {
          'im.message.receive_v1': async (event) => {
            heard.push(event)
            return {}
          },
        },
      },
    })
    await service.emulator.sim.say({ openId: ALEX ?? '', text: '/auth doctor' })
    expect(heard).toHaveLength(1)
  })
})
