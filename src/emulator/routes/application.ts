import { type Answer, failure, success } from '../answer.ts'
import { refuseWithoutTenantToken } from '../check-bearer.ts'
import type { EmulatorContext } from '../context.ts'
import type { EmulatorRequest, Route } from '../router.ts'

const readScopes = ['application:application:self_manage', 'admin:app.info:readonly']

/**
 * What the developer console says about the app.
 * See https://open.feishu.cn/document/server-docs/application-v6/application/get
 */
export function applicationRoutes(context: EmulatorContext): Route[] {
  return [
    {
      method: 'GET',
      path: '/open-apis/application/v6/scopes',
      coverage: 'partial',
      handler: (request) => listScopes(context, request),
    },
    {
      method: 'GET',
      path: '/open-apis/application/v6/applications/:app_id',
      coverage: 'partial',
      handler: (request) => describeApp(context, request),
    },
  ]
}

function listScopes(context: EmulatorContext, request: EmulatorRequest): Answer {
  const refusal = refuseWithoutTenantToken(context, request)
  if (refusal !== null) return refusal
  const { app } = context.world
  if (!app.installed) return failure(212100, 'app not install', request.logId)
  const scopes = app.scopes.map((scope) => ({ scope_name: scope, grant_status: 1 }))
  return success({ scopes })
}

function describeApp(context: EmulatorContext, request: EmulatorRequest): Answer {
  const refusal = refuseWithoutTenantToken(context, request)
  if (refusal !== null) return refusal
  const { app, botOpenId } = context.world
  if (!readScopes.some((scope) => app.scopes.includes(scope))) {
    const msg = `Access denied. One of the following scopes is required: [${readScopes.join(', ')}]`
    return failure(99991672, msg, request.logId)
  }
  if (!request.query.get('lang')) {
    return failure(99992402, 'field validation failed: lang is required', request.logId)
  }
  if (request.params.app_id !== 'me' && request.params.app_id !== app.appId) {
    return failure(210504, 'no permission to read this app', request.logId)
  }
  const hasConnection = context.delivery.connections().length > 0
  return success({
    app: {
      app_id: app.appId,
      creator_id: botOpenId,
      status: app.enabled ? 1 : 0,
      scene_type: 0,
      redirect_urls: app.redirectUris,
      online_version_id: app.isPublished ? 'oav_emulated' : '',
      unaudit_version_id: app.isWaiting ? 'oav_waiting' : '',
      app_name: app.name,
      scopes: app.scopes.map((scope) => ({ scope, level: 1, token_types: ['user', 'tenant'] })),
      event: {
        subscription_type: 'websocket',
        subscribed_events: [
          'im.message.receive_v1',
          'auth.user_access_token.revoked_v4',
          'contact.user.deleted_v3',
          'contact.user.updated_v3',
        ],
      },
      callback_info: {
        callback_type: hasConnection ? 'websocket' : 'webhook',
        subscribed_callbacks: [
          app.cardCallback === 'new' ? 'card.action.trigger' : 'card.action.trigger_v1',
        ],
      },
      security: { redirect_urls: app.redirectUris, allow_refresh_token: app.refreshAllowed },
      allow_refresh_token: app.refreshAllowed,
    },
  })
}
