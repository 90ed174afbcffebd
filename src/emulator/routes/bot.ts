import { type Answer, failure, json } from '../answer.ts'
import { refuseWithoutTenantToken } from '../check-bearer.ts'
import type { EmulatorContext } from '../context.ts'
import type { EmulatorRequest, Route } from '../router.ts'

/**
 * Who the bot is; unlike elsewhere the answer stands beside `code`, not inside `data`.
 * @see https://open.feishu.cn/document/server-docs/bot-v3/obtain-bot-info
 */
export function botRoutes(context: EmulatorContext): Route[] {
  return [
    {
      method: 'GET',
      path: '/open-apis/bot/v3/info',
      coverage: 'supported',
      handler: (request) => botInfo(context, request),
    },
  ]
}

function botInfo(context: EmulatorContext, request: EmulatorRequest): Answer {
  const refusal = refuseWithoutTenantToken(context, request)
  if (refusal !== null) return refusal
  const { app, botOpenId } = context.world
  if (!app.botEnabled) return failure(11205, 'app do not have bot', request.logId)
  return json({
    code: 0,
    msg: 'ok',
    bot: {
      activate_status: app.installed ? app.botStatus : 0,
      app_name: app.name,
      avatar_url: `${context.baseUrl()}/avatar/${botOpenId}`,
      ip_white_list: [],
      open_id: botOpenId,
    },
  })
}
