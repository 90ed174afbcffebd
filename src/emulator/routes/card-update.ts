import { type Answer, failure, json } from '../answer.ts'
import { describeCardFault } from '../cards/card-fault.ts'
import { cardSchema, isExplicitlyShared, readCard } from '../cards/read-card.ts'
import type { EmulatorContext } from '../context.ts'
import { refuseAtGate } from '../messages/message-gate.ts'
import { createRateWindows, type RateWindows } from '../messages/rate-windows.ts'
import type { EmulatorRequest, Route } from '../router.ts'
import type { UpdateTokens } from '../ws/update-tokens.ts'

const PATH = '/open-apis/interactive/v1/card/update'
const LARGEST_CARD_BYTES = 30 * 1024

const tokenFailures = {
  malformed: { code: 300020, msg: 'the format of the token is invalid' },
  expired: { code: 300030, msg: 'the token is expired' },
  'used up': { code: 300040, msg: 'the token is used up' },
} as const

/**
 * The delayed update of a card with the token of its callback: 30 minutes, two uses.
 * @see https://open.feishu.cn/document/server-docs/im-v1/message-card/delay-update-message-card
 */
export function cardUpdateRoutes(context: EmulatorContext, tokens: UpdateTokens): Route[] {
  const rates = createRateWindows(context.clock.now)
  return [
    {
      method: 'POST',
      path: PATH,
      coverage: 'partial',
      handler: (request) => update(context, tokens, rates, request),
    },
  ]
}

function update(
  context: EmulatorContext,
  tokens: UpdateTokens,
  rates: RateWindows,
  request: EmulatorRequest,
): Answer {
  const refusal = refuseAtGate(context, rates, request, PATH)
  if (refusal !== null) return refusal
  const fail = (code: number, msg: string) => failure(code, msg, request.logId)
  const { token, card } = request.body
  if (request.malformed) return fail(100030, 'the body is not JSON')
  const check = tokens.check(token)
  if (check.state !== 'usable') {
    const { code, msg } = tokenFailures[check.state]
    return fail(code, msg)
  }
  if (check.message.recalled) return fail(200000, 'the card is recalled')
  if (card === undefined) return fail(10002, 'card is required')
  const reading = readCard(card)
  if ('fault' in reading) return fail(11311, describeCardFault(reading.fault))
  if (Buffer.byteLength(JSON.stringify(reading.card)) > LARGEST_CARD_BYTES) {
    return fail(11311, 'the card is larger than 30 KB')
  }
  if (cardSchema(reading.card) === '1.0') {
    if (cardSchema(check.message.content) === '2.0')
      return fail(200830, 'schema V2 can not become V1')
    if (!isExplicitlyShared(reading.card)) return fail(300090, 'an exclusive card needs open_ids')
  }
  check.spend(reading.card)
  return json({ code: 0, msg: 'ok' })
}
