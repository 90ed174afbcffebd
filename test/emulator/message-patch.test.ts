import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FeishuEmulator, startFeishuEmulator } from '../../src/emulator/index.ts'
import { someone } from '../support/emulator-bench.ts'
import {
  createMessageCalls,
  type MessageCalls,
  newestMessageId,
  refusedWith,
} from '../support/message-calls.ts'

const card = {
  schema: '2.0',
  config: { update_multi: true },
  body: { elements: [{ tag: 'markdown', content: 'Hello' }] },
}
const changedCard = { ...card, body: { elements: [{ tag: 'markdown', content: 'Changed' }] } }

let emulator: FeishuEmulator
let calls: MessageCalls

beforeEach(async () => {
  // The base clock stands still, so that a test decides how much time goes by between two messages.
  const startedAt = Date.now()
  emulator = await startFeishuEmulator({ now: () => startedAt })
  calls = createMessageCalls(emulator)
})

afterEach(() => emulator.close())

describe('updating a card', () => {
  it('replaces it for everybody', async () => {
    await calls.sendCard(card)
    expect(await calls.patch(newestMessageId(emulator), changedCard)).toMatchObject({
      body: { code: 0, msg: 'ok', data: {} },
    })
    expect(emulator.sim.messages()).toMatchObject([{ content: changedCard, updated: true }])
  })

  it.each([
    [230001, 'the card before was not explicitly shared', { schema: '2.0' }, changedCard],
    [230001, 'the card after is not explicitly shared', card, { schema: '2.0' }],
    [230099, 'the card after is not right', card, { ...changedCard, elements: [] }],
    [230099, 'the card goes back to JSON 1.0', card, { ...changedCard, schema: '1.0' }],
    [230025, 'the card is larger than 30 KB', card, { ...changedCard, filler: 'x'.repeat(31_000) }],
  ])('is refused with %i when %s', async (code, _why, before, after) => {
    await calls.sendCard(before)
    expect(await calls.patch(newestMessageId(emulator), after)).toMatchObject(refusedWith(code))
    expect(emulator.sim.messages()).toMatchObject([{ content: before, updated: false }])
  })

  it('is refused for a text, for what a person sent and for what nobody sent', async () => {
    await calls.send()
    expect(await calls.patch(newestMessageId(emulator), changedCard)).toMatchObject(
      refusedWith(230001),
    )
    const { messageId } = await emulator.sim.say({ openId: someone(emulator).openId, text: 'mine' })
    expect(await calls.patch(messageId, changedCard)).toMatchObject(refusedWith(230001))
    expect(await calls.patch('om_none', changedCard)).toMatchObject(refusedWith(230001))
  })

  it('is refused once the message is recalled', async () => {
    await calls.sendCard(card)
    await calls.recall(newestMessageId(emulator))
    expect(await calls.patch(newestMessageId(emulator), changedCard)).toMatchObject(
      refusedWith(230011),
    )
  })

  it('is possible for fourteen days', async () => {
    await calls.sendCard(card)
    // A fresh client each time, because the tenant token of the first one is over by then.
    emulator.sim.advanceClock({ seconds: 14 * 24 * 3600 })
    const lastMoment = await createMessageCalls(emulator).patch(
      newestMessageId(emulator),
      changedCard,
    )
    expect(lastMoment).toMatchObject({ status: 200 })
    emulator.sim.advanceClock({ seconds: 1 })
    const tooLate = await createMessageCalls(emulator).patch(newestMessageId(emulator), card)
    expect(tooLate).toMatchObject(refusedWith(230031))
  })

  it('is possible five times a second for one card', async () => {
    await calls.sendCard(card)
    const messageId = newestMessageId(emulator)
    for (let count = 0; count < 5; count += 1) {
      expect(await calls.patch(messageId, changedCard)).toMatchObject({ status: 200 })
    }
    expect(await calls.patch(messageId, changedCard)).toMatchObject(refusedWith(230020))
  })
})
