import type { Clock } from '../auth/ports.ts'
import { type EventHandlers, IGNORED } from './event-handlers.ts'

/** One event that was answered; ignored is none of our business, error leaves it to Feishu to push it again. */
export type AnsweredEvent = {
  appId: string
  eventType: string
  outcome: 'ok' | 'error' | 'ignored'
  seconds: number
}

/** Told about every event of the long connection when it is answered. */
export type EventObserver = (event: AnsweredEvent) => void

/** Wraps handlers so that every event they answer is told. */
export function observeEvents(
  handlers: EventHandlers,
  { appId, clock, observe }: { appId: string; clock: Clock; observe: EventObserver },
): EventHandlers {
  return Object.fromEntries(
    Object.entries(handlers).map(([eventType, handle]) => [eventType, watched(eventType, handle)]),
  )

  function watched(
    eventType: string,
    handle: (event: unknown) => Promise<object>,
  ): (event: unknown) => Promise<object> {
    return async (event) => {
      const startedAt = clock.now().getTime()
      let outcome: AnsweredEvent['outcome'] = 'error'
      try {
        const answer = await handle(event)
        outcome = answer === IGNORED ? 'ignored' : 'ok'
        return answer
      } finally {
        const seconds = Math.max(0, (clock.now().getTime() - startedAt) / 1000)
        observe({ appId, eventType, outcome, seconds })
      }
    }
  }
}
