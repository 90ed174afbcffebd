import type { FailureReason } from './failure-reason.ts'
import type { GrantEvent } from './grant-events.ts'
import type { AuthSession, CardLook } from './session.ts'
import type { WebhookEvent } from './webhook-event.ts'
import type { WebhookFailure } from './webhook-outbox.ts'

/** The steps of the authorization funnel, in order. */
export const FUNNEL_STEPS = [
  'session_created',
  'card_sent',
  'link_opened',
  'consent_redirected',
  'callback_received',
  'code_exchanged',
  'token_stored',
  'card_updated',
] as const

/** One step of the authorization funnel. */
export type FunnelStep = (typeof FUNNEL_STEPS)[number]

/** What machines do between a person's consent and a card that says so; `store` is the token, saved and the session ended. */
export const MACHINE_STAGES = ['exchange', 'user_info', 'store', 'card_update'] as const

/** One stage that only machines take part in. */
export type MachineStage = (typeof MACHINE_STAGES)[number]

/** How one try to bring a card up to date ended. */
export type CardOutcome = 'ok' | 'retried' | 'rate_limited' | 'gone' | 'failed'

/** How one try to deliver a webhook ended: with a 2xx, with another try ahead, or with none. */
export type WebhookOutcome = 'ok' | 'retry' | 'dead'

/** What happened, told after the change is committed. */
export type AuthEvent =
  | GrantEvent
  | { type: 'step_reached'; step: FunnelStep; session: AuthSession }
  | { type: 'session_ended'; session: AuthSession }
  /** Machines took so long over one stage of an authorization, well or not. */
  | { type: 'stage_ended'; stage: MachineStage; seconds: number }
  | {
      type: 'attempt_failed'
      /** Null when the callback could not be tied to a session. */
      session: AuthSession | null
      reason: FailureReason
      /** The typed error, for the log; null when a person's input alone explains it. */
      error: unknown
    }
  /** Feishu could not yet be told to end a token that was not kept; it is told again until it answers or the token runs out. */
  | { type: 'stray_token_kept'; appId: string; sessionId: string; error: unknown }
  /** Feishu has ended the token of somebody who was not asked. */
  | { type: 'stray_token_revoked'; appId: string; sessionId: string }
  | {
      type: 'card_worked_on'
      session: AuthSession
      look: CardLook
      outcome: CardOutcome
      error: unknown
    }
  | {
      type: 'webhook_tried'
      id: string
      event: WebhookEvent
      outcome: WebhookOutcome
      attempts: number
      /** Null when it was delivered. */
      failure: WebhookFailure | null
      seconds: number
    }

/** A listener; it must not throw, and is called in the order of registration. */
export type AuthListener = (event: AuthEvent) => void

/** Where the domain tells what happened; listeners are metrics, waiters, cards and logs. */
export interface EventSink {
  emit(event: AuthEvent): void
}

/** The bus between the domain and those who watch it. */
export interface AuthEvents extends EventSink {
  /** Registers a listener and returns the function that removes it. */
  on(listener: AuthListener): () => void
}

/** Creates the bus; a listener that throws is reported and never stops the flow or the other listeners. */
export function createAuthEvents(onListenerError: (error: unknown) => void): AuthEvents {
  const listeners = new Set<AuthListener>()
  return {
    emit(event) {
      for (const listener of listeners) {
        try {
          listener(event)
        } catch (error) {
          onListenerError(error)
        }
      }
    },
    on(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
