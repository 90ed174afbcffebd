import { afterEach, describe, expect, it } from 'vitest'
import { askingCard, declinedCard, tapNotNow } from '../support/asking-card.ts'
import { createEmulatorBench, someone } from '../support/emulator-bench.ts'
import { createInbox } from '../support/inbox.ts'
import type { SdkHandlers } from '../support/sdk-bot.ts'

const clicked = 'card.action.trigger'

const bench = createEmulatorBench()
afterEach(() => bench.close())

describe('card callbacks', () => {
  it('bring the toast and the new card of the answer', async () => {
    const emulator = await bench.start()
    const taps = createInbox()
    await bench.connect(emulator, {
      [clicked]: async (event) => {
        await taps.take(event)
        return {
          toast: { type: 'info', content: 'Nothing was shared', i18n: { zh_cn: '未共享' } },
          card: { type: 'raw', data: declinedCard },
        }
      },
    })
    expect(await tapNotNow(emulator)).toEqual({
      toast: { type: 'info', content: 'Nothing was shared', i18n: { zh_cn: '未共享' } },
      card: declinedCard,
    })
    const [message] = emulator.sim.messages()
    expect(message).toMatchObject({ content: declinedCard, updated: true, buttons: [] })
    const { openId, tenantKey } = someone(emulator)
    expect(taps.events).toMatchObject([
      {
        operator: { open_id: openId, tenant_key: tenantKey },
        token: expect.stringMatching(/^c-/),
        create_time: expect.stringMatching(/^\d{16}$/),
        action: { tag: 'button', value: { action: 'decline' } },
        host: 'im_message',
        context: { open_message_id: message?.message_id, open_chat_id: message?.chat_id },
      },
    ])
  })

  it('leave the card alone when the answer is empty', async () => {
    const emulator = await bench.start()
    await bench.connect(emulator, { [clicked]: async () => ({}) })
    expect(await tapNotNow(emulator)).toEqual({})
    expect(emulator.sim.messages()).toMatchObject([{ content: askingCard, updated: false }])
  })

  it.each<[number, string, SdkHandlers]>([
    [200671, 'the handler throws', { [clicked]: () => Promise.reject(new Error('no')) }],
    [200672, 'nothing is registered', {}],
    [200672, 'the answer is a bare card', { [clicked]: async () => declinedCard }],
    [200672, 'the toast has no known type', { [clicked]: async () => ({ toast: { type: 'hm' } }) }],
    [
      200673,
      'the card has a property Feishu does not know',
      { [clicked]: async () => ({ card: { type: 'raw', data: { ...declinedCard, x: 1 } } }) },
    ],
    [
      200673,
      'the card is a template nobody published',
      { [clicked]: async () => ({ card: { type: 'template', data: { template_id: 'AA' } } }) },
    ],
    [
      200830,
      'the card goes back to JSON 1.0',
      { [clicked]: async () => ({ card: { type: 'raw', data: { elements: [] } } }) },
    ],
    [200341, 'the answer takes too long', { [clicked]: () => new Promise(() => {}) }],
  ])('show code %i when %s', async (code, _why, handlers) => {
    const emulator = await bench.start({ callbackTimeoutMs: code === 200341 ? 50 : 3000 })
    await bench.connect(emulator, handlers)
    expect(await tapNotNow(emulator)).toEqual({ code })
    expect(emulator.sim.messages()).toMatchObject([{ content: askingCard }])
  })

  it('show code 200340 when the app is not connected, and are never pushed again', async () => {
    const emulator = await bench.start()
    expect(await tapNotNow(emulator)).toEqual({ code: 200340 })
    const taps = createInbox()
    await bench.connect(emulator, { [clicked]: taps.take })
    emulator.sim.advanceClock({ seconds: 30_000 })
    expect(emulator.sim.transcript().filter(({ method }) => method === 'event')).toEqual([])
    expect(taps.events).toEqual([])
  })

  it('can lose their answer on the way', async () => {
    const emulator = await bench.start({ callbackTimeoutMs: 50 })
    const taps = createInbox()
    await bench.connect(emulator, { [clicked]: taps.take })
    emulator.sim.injectFault({ match: 'WS callback' })
    expect(await tapNotNow(emulator)).toEqual({ code: 200341 })
    await taps.reached(1)
    expect(taps.events).toHaveLength(1)
  })
})
