import { type EventEnvelope, readEnvelope } from './event-envelope.ts'
import { type EventHandlers, IGNORED } from './event-handlers.ts'
import type { EventInbox } from './event-inbox.ts'
import type { FeishuLog } from './feishu-log.ts'
import { asRecord } from './judge-reply.ts'
import {
  type PersonBack,
  type PersonLeft,
  parsePersonBack,
  parsePersonDeleted,
  parsePersonSuspended,
} from './person-left-event.ts'
import { parseTokenRevoked, type TokenRevoked } from './token-revoked-event.ts'

/**
 * Creates the handlers of events that end grants: tokens revoked at Feishu, and people who left, were frozen or are back.
 *
 * That an app of one's own is removed or stopped is told for each person, as tokens revoked by restriction: `app_uninstalled`
 * and `app_status_change` are for store apps alone (docs/decisions/0016-what-tells-of-an-app-that-is-removed.md).
 */
export function createGrantEndingEvents(neighbours: {
  inbox: EventInbox
  log: FeishuLog
  /** Each may be called again for the same event after they have failed. */
  onRevoked: (revoked: TokenRevoked) => Promise<unknown>
  onPersonLeft: (left: PersonLeft) => Promise<unknown>
  onPersonBack: (back: PersonBack) => Promise<unknown>
}): EventHandlers {
  const { inbox, log, onRevoked, onPersonLeft, onPersonBack } = neighbours
  return {
    'auth.user_access_token.revoked_v4': hear(
      'auth.user_access_token.revoked_v4',
      parseTokenRevoked,
      onRevoked,
    ),
    'contact.user.deleted_v3': hear('contact.user.deleted_v3', parsePersonDeleted, onPersonLeft),
    'contact.user.updated_v3': async (payload) => {
      const envelope = readEnvelope(payload)
      // Most changes of a person are none of our business.
      const left = envelope && parsePersonSuspended(envelope)
      if (left) return take('contact.user.updated_v3', envelope, left, onPersonLeft)
      const back = envelope && parsePersonBack(envelope)
      return back ? take('contact.user.updated_v3', envelope, back, onPersonBack) : IGNORED
    },
  }

  function hear<T extends Ending>(
    eventType: string,
    parse: (envelope: EventEnvelope) => T | null,
    work: (event: T) => Promise<unknown>,
  ): (payload: unknown) => Promise<object> {
    return async (payload) => {
      const envelope = readEnvelope(payload)
      const event = envelope && parse(envelope)
      if (event) return take(eventType, envelope, event, work)
      log('warn', 'event_unknown', {
        event_type: eventType,
        fields: Object.keys(asRecord(payload) ?? {}),
      })
      return {}
    }
  }

  function take<T extends Ending>(
    eventType: string,
    { eventId }: EventEnvelope,
    event: T,
    work: (event: T) => Promise<unknown>,
  ): Promise<object> {
    const fields = { event_type: eventType, event_id: eventId, app_id: event.appId }
    return inbox.take({ id: eventId, fields, work: () => work(event), mayRepeat: true })
  }
}

type Ending = TokenRevoked | PersonLeft | PersonBack
