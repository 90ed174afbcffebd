import { type Answer, json } from '../answer.ts'
import type { EmulatorContext } from '../context.ts'
import type { EmulatorRequest, Route } from '../router.ts'
import type { Tickets } from '../ws/tickets.ts'

/** The form of an app id; the SDK checks it too before it asks. */
const APP_ID = /^cli_[0-9a-fA-F]{16}$/

/**
 * Where a client of the long connection learns its address. Failures come with HTTP 200 and an empty
 * URL: without `data` the SDK takes a wrong secret for a passing fault and tries for ever.
 */
export function wsEndpointRoutes(context: EmulatorContext, tickets: Tickets): Route[] {
  return [
    {
      method: 'POST',
      path: '/callback/ws/endpoint',
      coverage: 'supported',
      handler: (request) => endpoint(context, tickets, request),
    },
  ]
}

function endpoint(context: EmulatorContext, tickets: Tickets, request: EmulatorRequest): Answer {
  const { app } = context.world
  const { AppID: appId, AppSecret: appSecret } = request.body
  if (typeof appId !== 'string' || !APP_ID.test(appId)) {
    return refusal(1_000_040_346, 'app_id is invalid')
  }
  if (appId !== app.appId || appSecret !== app.appSecret) {
    return refusal(1_000_040_345, 'app_id or app_secret is invalid')
  }
  if (!app.enabled || !app.installed) return refusal(403, 'forbidden')
  const { host } = request.headers
  const base = host === undefined ? context.baseUrl() : `http://${host}`
  return json({
    code: 0,
    msg: 'success',
    data: {
      URL: tickets.issue(base.replace(/^http/, 'ws')),
      ClientConfig: context.options.clientConfig,
    },
  })
}

function refusal(code: number, msg: string): Answer {
  return json({ code, msg, data: { URL: '' } })
}
