import { isAxiosError } from 'axios'
import { afterEach, describe, expect, it } from 'vitest'
import type { FeishuEmulator } from '../../src/emulator/index.ts'
import { askingCard, declinedCard, tapNotNow } from '../support/asking-card.ts'
import { createEmulatorBench } from '../support/emulator-bench.ts'
import { createInbox } from '../support/inbox.ts'
import { createSdkClient } from '../support/sdk-bot.ts'

const clicked = 'card.action.trigger'

const bench = createEmulatorBench()
afterEach(() => bench.close())

describe('the update token of a callback', () => {
  async function tokenFrom(emulator: FeishuEmulator): Promise<string> {
    const taps = createInbox()
    await bench.connect(emulator, { [clicked]: taps.take })
    await tapNotNow(emulator)
    return String(taps.events[0]?.token)
  }

  function update(emulator: FeishuEmulator, token: string, card: object = declinedCard) {
    const url = '/open-apis/interactive/v1/card/update'
    return createSdkClient(emulator)
      .request({ method: 'POST', url, data: { token, card } })
      .catch((error: unknown) => (isAxiosError(error) ? error.response?.data : error))
  }

  it('updates the card twice', async () => {
    const emulator = await bench.start()
    const token = await tokenFrom(emulator)
    expect(await update(emulator, token)).toMatchObject({ code: 0 })
    expect(emulator.sim.messages()).toMatchObject([{ content: declinedCard }])
    expect(await update(emulator, token, askingCard)).toMatchObject({ code: 0 })
    expect(await update(emulator, token)).toMatchObject({ code: 300040 })
    expect(emulator.sim.messages()).toMatchObject([{ content: askingCard }])
  })

  it('works for thirty minutes', async () => {
    const startedAt = Date.now()
    const emulator = await bench.start({ now: () => startedAt })
    const token = await tokenFrom(emulator)
    emulator.sim.advanceClock({ seconds: 30 * 60 - 1 })
    expect(await update(emulator, token)).toMatchObject({ code: 0 })
    emulator.sim.advanceClock({ seconds: 1 })
    expect(await update(emulator, token)).toMatchObject({ code: 300030 })
  })

  it('has to be one, and the card has to be right', async () => {
    const emulator = await bench.start()
    const token = await tokenFrom(emulator)
    expect(await update(emulator, 'x-1')).toMatchObject({ code: 300020 })
    expect(await update(emulator, token, { schema: '2.0', x: 1 })).toMatchObject({ code: 11311 })
    expect(await update(emulator, token, { elements: [] })).toMatchObject({ code: 200830 })
  })

  it('is undone when it overtakes the answer of the callback', async () => {
    const emulator = await bench.start()
    await bench.connect(emulator, {
      [clicked]: async ({ token }) => {
        await update(emulator, String(token))
        return {}
      },
    })
    expect(await tapNotNow(emulator)).toEqual({})
    expect(emulator.sim.messages()).toMatchObject([{ content: askingCard }])
  })
})
