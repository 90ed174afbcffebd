import type { EmulatedPerson } from './cast.ts'
import type { EmulatedMessage } from './world.ts'

/** What a tap on a callback button came to. */
export type CallbackOutcome = {
  toast?: { type: string; content: string; i18n?: Record<string, string> }
  /** The card of the answer, checked; the caller puts it into the message. */
  card?: Record<string, unknown>
  /** What the person sees when the callback failed: 200340, 200341, 200671, 200672, 200673. */
  code?: number
}

/** A long connection. */
export type EmulatedConnection = { id: string; since: number }

/** Pushes events and card callbacks to the app's long connections. */
export interface Delivery {
  /** Pushes an event (schema 2.0) to one connection; resolves when it was acknowledged or given up on for now. */
  sendEvent(
    eventType: string,
    event: Record<string, unknown>,
    opts?: { tenantKey?: string },
  ): Promise<{ eventId: string; delivered: boolean }>
  /** Pushes a `card.action.trigger` and waits for the acknowledgement. */
  sendCallback(
    message: EmulatedMessage,
    action: Record<string, unknown>,
    operator: EmulatedPerson,
  ): Promise<CallbackOutcome>
  /** Pushes anything as a data frame. */
  sendRaw(frame: {
    frameType?: 'event' | 'card'
    payload: unknown
  }): Promise<{ delivered: boolean }>
  /** Delivers each of the next `times` events or callbacks twice. */
  duplicateNext(times: number): void
  /** Closes every connection, or only stops answering pings on them. */
  dropConnections(opts?: { halfOpen?: boolean }): number
  connections(): EmulatedConnection[]
  /** Forgets pending redeliveries and duplicates; connections stay. */
  reset(): void
  close(): Promise<void>
}
