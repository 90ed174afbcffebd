import { Counter, type Registry } from 'prom-client'
import { inSet, OTHER } from './label-sets.ts'

/** What a tap on a card can come to; the closed set of the label `outcome`. */
export const CLICK_OUTCOMES = [
  'declined',
  'already_declined',
  'already_completed',
  'revoking',
  'already_revoked',
  'expired',
  'superseded',
  'sent_again',
  'already_sent',
  'not_for_you',
  'being_completed',
  'checking_again',
  'working_on_it',
  'try_again_later',
  'duplicate',
  'unreadable',
] as const

/** The metrics of taps on cards. */
export interface ClickMetrics {
  /** `appId` is null when the tap could not be read. */
  countClick(click: { appId: string | null; outcome: (typeof CLICK_OUTCOMES)[number] }): void
}

/** Registers the counter of taps. */
export function createClickMetrics(registry: Registry, appIds: readonly string[]): ClickMetrics {
  const clicks = new Counter({
    name: 'lark_service_card_clicks_total',
    help: 'Taps on cards that were answered, by what they came to; not_for_you is somebody else than the person asked.',
    labelNames: ['app_id', 'outcome'],
    registers: [registry],
  })
  for (const app_id of [...appIds, OTHER]) {
    for (const outcome of CLICK_OUTCOMES) clicks.inc({ app_id, outcome }, 0)
  }
  return {
    countClick({ appId, outcome }) {
      clicks.inc({ app_id: inSet(appIds, appId ?? OTHER), outcome: inSet(CLICK_OUTCOMES, outcome) })
    },
  }
}
