import type { Background } from '../auth/background.ts'
import type { Clock } from '../auth/ports.ts'
import type { FeishuLog } from './feishu-log.ts'
import type { FirstTime } from './first-time.ts'

/** An event to work on: its id, what it is about for the log, and the work. */
export type IncomingEvent = {
  /** What doubles share; null acts every time. */
  id: string | null
  fields: { event_type: string } & Record<string, unknown>
  work: () => Promise<unknown>
  /** Whether the work does no harm when it is done again after a failure. */
  mayRepeat: boolean
}

/** Takes events in, each once. */
export interface EventInbox {
  /**
   * Answers at once and works afterwards.
   * @throws {StoreUnavailableError} when it cannot be known whether the event is new; Feishu then pushes it again.
   */
  take(event: IncomingEvent): Promise<object>
}

const PAUSES_MS = [250, 1000]

/**
 * Creates the inbox.
 *
 * Feishu waits three seconds for the answer and pushes an event again without one, after 15 seconds, 5 minutes, an hour
 * and six hours. An event counts as taken before the work: what then fails for good is in the log, not pushed again.
 */
export function createEventInbox(neighbours: {
  firstTime: FirstTime
  background: Background
  clock: Clock
  log: FeishuLog
  /** Told the type of every event that was taken before. */
  onDuplicate?: ((eventType: string) => void) | undefined
}): EventInbox {
  const { firstTime, background, clock, log, onDuplicate } = neighbours
  return {
    async take(event) {
      if (await firstTime(event.id)) background.run(() => workOn(event))
      else {
        log('info', 'event_duplicate', event.fields)
        onDuplicate?.(event.fields.event_type)
      }
      return {}
    },
  }

  async function workOn({ fields, work, mayRepeat }: IncomingEvent): Promise<void> {
    for (const pause of [...(mayRepeat ? PAUSES_MS : []), null]) {
      try {
        await work()
        return
      } catch (error) {
        if (pause === null) return log('error', 'event_failed', { ...fields, error })
        await clock.sleep(pause)
      }
    }
  }
}
