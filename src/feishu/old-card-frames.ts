import { asRecord } from './judge-reply.ts'
import type { WSClient } from './sdk.ts'

/**
 * Calls back for every frame of type `card`, which the SDK drops without a word: they mean that the app's card callback is
 * still the old one, or not published, and people see error 200340 when they tap.
 *
 * The SDK offers no hook, so its private method is wrapped; should it be renamed, only this warning is lost.
 */
export function watchOldCardFrames(client: WSClient, onCardFrame: () => void): void {
  const handleEventData: unknown = Reflect.get(client, 'handleEventData')
  if (typeof handleEventData !== 'function') return
  Reflect.set(client, 'handleEventData', (frame: unknown): unknown => {
    if (isCardFrame(frame)) onCardFrame()
    return Reflect.apply(handleEventData, client, [frame])
  })
}

function isCardFrame(frame: unknown): boolean {
  const headers = asRecord(frame)?.headers
  if (!Array.isArray(headers)) return false
  return headers.some((header: unknown) => {
    const { key, value } = asRecord(header) ?? {}
    return key === 'type' && value === 'card'
  })
}
