import type { SdkEvent } from './sdk-bot.ts'

/** Keeps the events a handler was given. */
export interface Inbox {
  readonly events: readonly SdkEvent[]
  /** The handler. */
  take(event: SdkEvent): Promise<undefined>
  /** Resolves once there are so many. */
  reached(count: number): Promise<void>
}

/** Creates an empty inbox. */
export function createInbox(): Inbox {
  const events: SdkEvent[] = []
  const waiting: { count: number; resolve: () => void }[] = []
  return {
    events,
    async take(event) {
      events.push(event)
      for (const { count, resolve } of waiting) if (events.length >= count) resolve()
      return undefined
    },
    reached(count) {
      if (events.length >= count) return Promise.resolve()
      return new Promise((resolve) => waiting.push({ count, resolve }))
    },
  }
}
