import { type Answer, json } from '../answer.ts'
import type { EmulatorContext } from '../context.ts'
import type { EmulatorRequest, Route } from '../router.ts'

/**
 * The tokens of a self-built app; failures come with HTTP 200.
 * See https://open.feishu.cn/document/server-docs/authentication-management/access-token/tenant_access_token_internal
 */
export function tenantTokenRoutes(context: EmulatorContext): Route[] {
  const base = '/open-apis/auth/v3'
  return [
    {
      method: 'POST',
      path: `${base}/tenant_access_token/internal`,
      coverage: 'supported',
      handler: (request) => issue(context, request, false),
    },
    {
      method: 'POST',
      path: `${base}/app_access_token/internal`,
      coverage: 'supported',
      handler: (request) => issue(context, request, true),
    },
  ]
}

function issue(
  { world }: EmulatorContext,
  { body, malformed }: EmulatorRequest,
  forApp: boolean,
): Answer {
  const { app_id: appId, app_secret: appSecret } = body
  if (malformed || typeof appId !== 'string' || typeof appSecret !== 'string') {
    return json({ code: 10003, msg: 'invalid param' })
  }
  if (appId !== world.app.appId) {
    return json({ code: 99991543, msg: 'app_id or app_secret is not exist' })
  }
  if (appSecret !== world.app.appSecret) return json({ code: 10015, msg: 'app secret invalid' })
  if (!world.app.enabled) return json({ code: 10014, msg: 'app status unavailable' })
  const { token, secondsLeft } = world.oauth.tenantToken(appId)
  return json({
    code: 0,
    msg: 'ok',
    ...(forApp ? { app_access_token: token } : {}),
    tenant_access_token: token,
    expire: secondsLeft,
  })
}
