import type { Request, RequestHandler, Router } from 'express'
import type { HttpNeighbours } from '../http-neighbours.ts'
import { HttpProblem } from '../problem.ts'
import { factsOf } from '../request-facts.ts'
import { mountRoute } from '../route.ts'
import { parseRequest } from './parse-request.ts'
import {
  appQuery,
  noQuery,
  refreshRequest,
  tokenPath,
  tokenQuery,
  tokenRequest,
} from './schemas.ts'
import { toSessionReply } from './session-reply.ts'
import { toTokenReply } from './token-reply.ts'
import { untilGone } from './until-gone.ts'

type Neighbours = Pick<HttpNeighbours, 'auth' | 'shutdown'>

/** Mounts the routes of tokens: the one call, read, refresh and revoke. */
export function mountTokenRoutes(
  router: Router,
  before: readonly RequestHandler[],
  { auth, shutdown }: Neighbours,
): void {
  mountRoute(router, '/v1/tokens', {
    before,
    async post(request, response) {
      parseRequest(noQuery, request.query)
      const body = parseRequest(tokenRequest, request.body)
      const result = await auth.getUserAccessToken.orSession({
        openId: body.open_id,
        appId: body.app_id ?? undefined,
        scopes: body.scopes ?? undefined,
        reason: body.reason || null,
        locale: body.locale,
        chatId: body.chat_id,
        minValidity: body.min_validity ?? undefined,
        waitMilliseconds: (body.wait ?? 0) * 1000,
        signal: untilGone(response, shutdown),
      })
      if (response.destroyed) return
      if (result.kind === 'token') {
        response.json(toTokenReply(result.token))
        return
      }
      const { session } = result
      factsOf(response).sessionId = session.id
      response.status(202).location(`/v1/sessions/${session.id}`).json(toSessionReply(session))
    },
  })

  mountRoute(router, '/v1/tokens/{open_id}', {
    before,
    async get(request, response) {
      const query = parseRequest(tokenQuery, request.query)
      const token = await auth.readUserAccessToken({
        openId: openIdOf(request),
        appId: query.app_id,
        scopes: query.scopes,
        minValidity: query.min_validity,
      })
      response.json(toTokenReply(token))
    },
    async delete(request, response) {
      const { app_id } = parseRequest(appQuery, request.query)
      const openId = openIdOf(request)
      const { appId } = auth.apps.resolve(app_id)
      // Whether there was one is not told apart: a repeated call has come true as well.
      await auth.tokens.revokeGrant.here({ appId, openId }, 'admin')
      response.status(204).end()
    },
  })

  mountRoute(router, '/v1/tokens/{open_id}/refresh', {
    before,
    async post(request, response) {
      const openId = openIdOf(request)
      const appId = appIdOf(request)
      const token = await auth.readUserAccessToken({ openId, appId, forceRefresh: true })
      response.json(toTokenReply(token))
    },
  })
}

function openIdOf(request: Request): string {
  return parseRequest(tokenPath, request.params).open_id
}

/** From the body or from the query; a caller who names two apps has made a mistake. */
function appIdOf(request: Request): string | undefined {
  const inQuery = parseRequest(appQuery, request.query).app_id
  const inBody = parseRequest(refreshRequest, request.body ?? {}).app_id ?? undefined
  if (inQuery !== undefined && inBody !== undefined && inQuery !== inBody) {
    const fields = [{ field: 'app_id', problem: 'The body and the query name different apps.' }]
    throw new HttpProblem('invalid_request', 'Name one app.', { fields })
  }
  return inBody ?? inQuery
}
