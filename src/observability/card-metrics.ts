import { Counter, type Registry } from 'prom-client'
import type { AuthEvent, CardOutcome } from '../auth/events.ts'
import type { CardLook } from '../auth/session.ts'
import { inSet } from './label-sets.ts'

/** The metrics of cards in chat. */
export interface CardMetrics {
  observe(event: AuthEvent): void
  /** Takes note of a call that met a limit on cards, Feishu's or our own. */
  countRateLimited(appId: string): void
}

/** What a card says, coarser than its look; the closed set of the label `card`. */
export const CARD_OF = {
  asking: 'request',
  'authorize_again:ran_out': 'reauth',
  'authorize_again:revoked': 'reauth',
  'authorize_again:lost': 'reauth',
  'authorize_again:changed': 'reauth',
  'authorize_again:ends_soon': 'reauth',
  'asking_again:wrong_account': 'mismatch',
  'asking_again:needs_admin': 'needs_admin',
  'asking_again:not_available': 'needs_admin',
  'asking_again:feishu_trouble': 'request',
  'asking_again:try_again': 'request',
  completed: 'completed',
  'revoked:by_person': 'revoked',
  'revoked:by_admin': 'revoked',
  'revoked:by_feishu': 'revoked',
  rejected: 'rejected',
  expired: 'expired',
  superseded: 'expired',
} as const satisfies Record<CardLook, string>

/** How one try can end. */
export const CARD_OUTCOMES = [
  'ok',
  'retried',
  'rate_limited',
  'gone',
  'failed',
] as const satisfies readonly CardOutcome[]

/** Registers the metrics of tries to bring a card up to date. */
export function createCardMetrics(registry: Registry, appIds: readonly string[]): CardMetrics {
  const updates = new Counter({
    name: 'lark_service_card_updates_total',
    help: 'Tries to send or redraw a card, by what it should say and how the try ended; gone means it can never change again.',
    labelNames: ['app_id', 'card', 'outcome'],
    registers: [registry],
  })
  const limited = new Counter({
    name: 'lark_service_card_rate_limited_total',
    help: 'Calls for a card that Feishu refused because there were too many, or that found no room below its limits.',
    labelNames: ['app_id'],
    registers: [registry],
  })
  for (const app_id of appIds) {
    limited.inc({ app_id }, 0)
    for (const card of new Set(Object.values(CARD_OF))) {
      for (const outcome of CARD_OUTCOMES) updates.inc({ app_id, card, outcome }, 0)
    }
  }
  return {
    observe(event) {
      if (event.type !== 'card_worked_on') return
      const { session, look, outcome } = event
      updates.inc({ app_id: inSet(appIds, session.appId), card: CARD_OF[look], outcome })
    },
    countRateLimited: (appId) => limited.inc({ app_id: inSet(appIds, appId) }),
  }
}
