import { expect } from 'vitest'
import type { FeishuEmulator } from '../../src/emulator/index.ts'
import { someone } from './emulator-bench.ts'
import { createSdkClient } from './sdk-bot.ts'

/** A card with one button that calls back. */
export const askingCard = {
  schema: '2.0',
  config: { update_multi: true },
  body: {
    elements: [
      {
        tag: 'button',
        text: { tag: 'plain_text', content: 'Not now', i18n_content: { zh_cn: '暂不' } },
        behaviors: [{ type: 'callback', value: { action: 'decline' } }],
      },
    ],
  },
}

/** What the card becomes. */
export const declinedCard = {
  schema: '2.0',
  config: { update_multi: true },
  body: { elements: [{ tag: 'markdown', content: 'Declined' }] },
}

/** Sends the asking card to someone, who taps its button; gives what they see. */
export async function tapNotNow(emulator: FeishuEmulator) {
  const { openId } = someone(emulator)
  const sent = await createSdkClient(emulator).im.message.create({
    params: { receive_id_type: 'open_id' },
    data: {
      receive_id: openId,
      msg_type: 'interactive',
      content: JSON.stringify(askingCard),
    },
  })
  expect(sent.code).toBe(0)
  const messageId = sent.data?.message_id ?? ''
  return emulator.sim.click({ messageId, openId, button: { text: '暂不' } })
}
