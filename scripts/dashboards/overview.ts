import { dashboard } from './dashboard.ts'
import { cards } from './overview/cards.ts'
import { funnel } from './overview/funnel.ts'
import { now } from './overview/now.ts'
import { rateErrorsDuration } from './overview/rate-errors-duration.ts'
import { serviceLevels } from './overview/service-levels.ts'

/** Can people authorize right now? */
export const overview = dashboard({
  uid: 'lark-auth-overview',
  title: 'Feishu card auth / 1 Overview',
  description: 'Can people authorize right now?',
  rows: [serviceLevels, now, funnel, rateErrorsDuration, cards],
})
