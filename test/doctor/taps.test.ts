import { afterEach, describe, expect, it } from 'vitest'
import { checkCardCallback, checkOtherService } from '../../src/doctor/check-card-callback.ts'
import { newestCard, type Service, startService } from '../support/service.ts'
import { appOf, examine } from './examine.ts'

const ALEX = `ou_${'2'.repeat(32)}`

let service: Service | null = null
afterEach(async () => {
  await service?.close()
  service = null
})

/** Taps a button, or a forged one, on the newest card. */
async function tap(
  running: Service,
  button: { text: string } | { value: Record<string, unknown> },
) {
  const messageId = newestCard(running.emulator, ALEX)?.message_id ?? ''
  return running.emulator.sim.click({ messageId, openId: ALEX, button })
}

async function untilSigned(
  running: Service,
  sign: 'card_tap' | 'old_card_tap' | 'unknown_card_tap',
) {
  const { store } = running.app.parts
  for (let look = 0; look < 400; look++) {
    if ((await store.signs.find(running.emulator.app.appId))[sign]) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error(`${sign} was not noted`)
}

describe('taps on cards', () => {
  it('that arrive are seen', async () => {
    service = await startService()
    await service.ask(ALEX)
    const { store } = service.app.parts
    const before = await examine(service.emulator, { store })
    expect(before.of('card_callback')).toMatchObject([
      { status: 'pass', message: expect.stringContaining('no tap has come yet') },
    ])
    await tap(service, { text: 'Not now' })
    await untilSigned(service, 'card_tap')
    const after = await examine(service.emulator, { store })
    expect(after.of('card_callback')).toMatchObject([
      { status: 'pass', message: expect.stringContaining('Taps arrive') },
    ])
    expect(after.of('other_service')).toMatchObject([{ status: 'pass' }])
  })

  it('that come in the old form are a failure, whatever the console says', async () => {
    service = await startService({ emulatorOptions: { callbackTimeoutMs: 200 } })
    await service.ask(ALEX)
    service.emulator.sim.setApp({ cardCallback: 'old' })
    expect(await tap(service, { text: 'Not now' })).toEqual({ code: 200340 })
    await untilSigned(service, 'old_card_tap')
    service.emulator.sim.setApp({ cardCallback: 'new' })
    const { store } = service.app.parts
    const [found] = (await examine(service.emulator, { store })).of('card_callback')
    expect(found).toMatchObject({ status: 'fail', message: expect.stringContaining('old form') })
    expect(found?.hint).toContain('card.action.trigger')
    expect(found?.hint).toContain('Callback Configuration')
  })

  it('on cards that nobody here has sent tell of another service', async () => {
    service = await startService()
    await service.ask(ALEX)
    const value = { feishu_card_auth: 1, action: 'decline', session: 'as_of_another_service' }
    const card = newestCard(service.emulator, ALEX)
    const ours = card?.buttons?.find(({ value: own }) => own)?.value ?? value
    await tap(service, { value: { ...ours, session: 'as_of_another_service' } })
    await untilSigned(service, 'unknown_card_tap')
    const { store } = service.app.parts
    const [found] = (await examine(service.emulator, { store })).of('other_service')
    expect(found).toMatchObject({ status: 'warn' })
    expect(found?.hint).toContain('app of its own')
  })
})

describe('the console', () => {
  it('that is subscribed to the old callback is a failure before any tap', async () => {
    service = await startService()
    service.emulator.sim.setApp({ cardCallback: 'old' })
    const [found] = (await examine(service.emulator)).of('card_callback')
    expect(found).toMatchObject({ status: 'fail', message: expect.stringContaining('200340') })
  })

  it('is not asked when another program takes the taps', () => {
    const app = appOf({
      app: { appId: 'cli_0123456789abcdef', appSecret: 's' },
      url: 'http://127.0.0.1:9',
    } as Service['emulator'])
    const found = checkCardCallback(app, { settings: null, signs: null, isUsed: false })
    expect(found.status).toBe('skip')
  })
})

describe('a tap on an unknown card', () => {
  it('is forgotten after a week', () => {
    const now = new Date('2026-11-20T08:00:00Z')
    const at = (days: number) => ({ unknown_card_tap: new Date(now.getTime() - days * 86_400_000) })
    expect(checkOtherService(at(6), now).status).toBe('warn')
    expect(checkOtherService(at(8), now).status).toBe('pass')
  })
})
