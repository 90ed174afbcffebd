import { type Answer, json } from '../answer.ts'
import { refuseWithoutTenantToken } from '../check-bearer.ts'
import type { EmulatorContext } from '../context.ts'
import type { EmulatorRequest } from '../router.ts'
import { messageFailure } from './message-failure.ts'
import type { RateExceeded, RateWindows } from './rate-windows.ts'

/** What every API of tier 4 allows an app: 50 a second and 1000 a minute, whichever is less. */
const TIER_4 = [
  { most: 50, withinMs: 1000 },
  { most: 1000, withinMs: 60_000 },
] as const

/** A person, a group and a message each bear five operations a second, whoever makes them. */
export const FIVE_A_SECOND = { most: 5, withinMs: 1000 } as const

/**
 * Lets a call about messages through (null) or refuses it as the gateway does: token, the app's
 * scopes, the rate of the API, the bot switch.
 */
export function refuseAtGate(
  context: EmulatorContext,
  rates: RateWindows,
  request: EmulatorRequest,
  api: string,
  scopes?: readonly string[],
): Answer | null {
  const refusal = refuseWithoutTenantToken(context, request)
  if (refusal !== null) return refusal
  const { app } = context.world
  if (scopes !== undefined && !scopes.some((scope) => app.scopes.includes(scope))) {
    return missingScope(scopes, request)
  }
  const exceeded = rates.take(`api ${api}`, ...TIER_4)
  if (exceeded !== undefined) return rateLimited(exceeded)
  return app.botEnabled ? null : messageFailure({ code: 230006 }, request.logId)
}

function rateLimited({ limit, waitMs }: RateExceeded): Answer {
  return json({ code: 99991400, msg: 'request trigger frequency limit' }, 429, {
    'x-ogw-ratelimit-limit': String(limit.most),
    'x-ogw-ratelimit-reset': String(Math.ceil(waitMs / 1000)),
  })
}

function missingScope(scopes: readonly string[], { logId }: EmulatorRequest): Answer {
  return json(
    {
      code: 99991672,
      msg: `Access denied. One of the following scopes is required: [${scopes.join(', ')}]`,
      error: {
        log_id: logId,
        permission_violations: scopes.map((subject) => ({
          type: 'action_scope_required',
          subject,
        })),
      },
    },
    400,
  )
}
