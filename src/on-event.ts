import type { AuthEvent, AuthEvents, AuthListener } from './auth/events.ts'

/** The event of one type. */
export type AuthEventOf<Type extends AuthEvent['type']> = Extract<AuthEvent, { type: Type }>

/**
 * Listens to one type of event or to all; returns the function that stops it.
 * @throws {TypeError} when there is no such type, or no listener.
 */
export interface OnEvent {
  <Type extends AuthEvent['type']>(
    type: Type,
    listener: (event: AuthEventOf<Type>) => void,
  ): () => void
  (listener: AuthListener): () => void
}

const EVENT_TYPES: Record<AuthEvent['type'], true> = {
  attempt_failed: true,
  card_worked_on: true,
  crash_recovered: true,
  grant_finished: true,
  grant_revoked: true,
  grant_unrefreshable: true,
  lease_lost: true,
  lease_waited: true,
  refresh_ended: true,
  refresh_not_saved: true,
  refresh_shared: true,
  refresh_step: true,
  refresh_unexplained: true,
  revocation_not_told: true,
  session_ended: true,
  stage_ended: true,
  step_reached: true,
  stray_token_kept: true,
  stray_token_revoked: true,
  token_asked: true,
  webhook_tried: true,
}

const NAMES = Object.keys(EVENT_TYPES).join(', ')

/** Creates the way in for listeners of a bot; one that throws or rejects is reported and disturbs nobody. */
export function createOnEvent(events: AuthEvents, onError: (error: unknown) => void): OnEvent {
  return <Type extends AuthEvent['type']>(
    ...[first, second]: [Type, (event: AuthEventOf<Type>) => void] | [AuthListener]
  ) => {
    if (typeof first === 'function') return events.on((event) => call(first, event))
    // TypeScript sees both; who writes JavaScript would wait for ever for what never comes.
    if (!Object.hasOwn(EVENT_TYPES, String(first))) {
      throw new TypeError(`There is no event "${first}". Listen to one of ${NAMES}.`)
    }
    if (typeof second !== 'function') throw new TypeError(`Give a listener for "${first}".`)
    return events.on((event) => {
      if (isOf(event, first)) call(second, event)
    })
  }

  function call<Event>(listener: (event: Event) => unknown, event: Event): void {
    const done = listener(event)
    if (done instanceof Promise) done.catch(onError)
  }
}

function isOf<Type extends AuthEvent['type']>(
  event: AuthEvent,
  type: Type,
): event is AuthEventOf<Type> {
  return event.type === type
}
