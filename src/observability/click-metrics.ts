import { Counter, Histogram, type Registry } from 'prom-client'
import type { CardAction } from '../auth/answer-card-click.ts'
import { CALLBACK_SECONDS } from './buckets.ts'
import { inSet, OTHER } from './label-sets.ts'

/** What a tap on a card can come to; the closed set of the label `outcome`. */
export const CLICK_OUTCOMES = [
  'declined',
  'already_declined',
  'renewal_declined',
  'already_completed',
  'revoking',
  'already_revoked',
  'expired',
  'superseded',
  'sent_again',
  'already_sent',
  'too_many_cards',
  'not_for_you',
  'being_completed',
  'checking_again',
  'working_on_it',
  'try_again_later',
  'duplicate',
  'unreadable',
] as const

/** What was tapped, coarser than the buttons; Authorize is a link, which calls back to nobody. */
const ACTION_OF = {
  decline: 'decline',
  send_again: 'retry',
  check_again: 'retry',
  revoke: 'revoke',
} as const satisfies Record<CardAction, string>

/** The closed set of the label `action`. */
export const CLICK_ACTIONS = [...new Set(Object.values(ACTION_OF)), OTHER] as const

/** The metrics of taps on cards. */
export interface ClickMetrics {
  /** `appId` and `action` are null when the tap could not be read. */
  countClick(click: {
    appId: string | null
    action: CardAction | null
    outcome: (typeof CLICK_OUTCOMES)[number]
    seconds: number
  }): void
}

/** Registers the metrics of taps. */
export function createClickMetrics(registry: Registry, appIds: readonly string[]): ClickMetrics {
  const clicks = new Counter({
    name: 'lark_service_card_clicks_total',
    help: 'Taps on cards that were answered, by what they came to; not_for_you is somebody else than the person asked.',
    labelNames: ['app_id', 'outcome'],
    registers: [registry],
  })
  const duration = new Histogram({
    name: 'lark_service_card_callback_duration_seconds',
    help: 'Time from a tap being received to its answer; Feishu waits three seconds.',
    labelNames: ['action'],
    buckets: CALLBACK_SECONDS,
    registers: [registry],
  })
  for (const action of CLICK_ACTIONS) duration.zero({ action })
  for (const app_id of [...appIds, OTHER]) {
    for (const outcome of CLICK_OUTCOMES) clicks.inc({ app_id, outcome }, 0)
  }
  return {
    countClick({ appId, action, outcome, seconds }) {
      duration.observe({ action: action === null ? OTHER : ACTION_OF[action] }, seconds)
      clicks.inc({ app_id: inSet(appIds, appId ?? OTHER), outcome: inSet(CLICK_OUTCOMES, outcome) })
    },
  }
}
