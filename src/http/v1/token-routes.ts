import type { Request, RequestHandler, Response, Router } from 'express'
import type { AuditAction } from '../../access/audit-chain.ts'
import type { TokenRequest } from '../../auth/fresh-token.ts'
import type { UserAccessToken } from '../../auth/grant.ts'
import { AuthorizationRequiredError } from '../../errors.ts'
import type { HttpNeighbours } from '../http-neighbours.ts'
import { HttpProblem } from '../problem.ts'
import { factsOf } from '../request-facts.ts'
import { mountRoute } from '../route.ts'
import type { Answer, AnswerOnce } from './answer-once.ts'
import { clientOf } from './authenticate.ts'
import type { Gate } from './gate.ts'
import { parseRequest } from './parse-request.ts'
import { createReadToken } from './read-token.ts'
import { appQuery, noQuery, refreshRequest, tokenPath, tokenRequest } from './schemas.ts'
import { toWaitingReply } from './session-reply.ts'
import { toTokenReply } from './token-reply.ts'
import { untilGone } from './until-gone.ts'

type Neighbours = Pick<HttpNeighbours, 'auth' | 'shutdown'>

/** Mounts the routes of tokens: the one call, read, refresh and revoke. */
export function mountTokenRoutes(
  router: Router,
  before: readonly RequestHandler[],
  once: AnswerOnce,
  gate: Gate,
  { auth, shutdown }: Neighbours,
): void {
  const readToken = createReadToken({ auth, gate })
  mountRoute(router, '/v1/tokens', {
    before,
    post: once({
      async work(request, response) {
        parseRequest(noQuery, request.query)
        const body = parseRequest(tokenRequest, request.body)
        const openId = body.open_id
        const scopes = body.scopes ?? undefined
        const about = { appId: body.app_id ?? undefined, openId }
        gate.pass(response, { action: 'read', ...about, scopes })
        const appId = gate.pass(response, { action: 'ask', ...about, scopes: scopes ?? 'default' })
        const forceRefresh = body.force_refresh ?? false
        if (forceRefresh) await passRefresh(response, { openId, appId, scopes })
        const result = await auth.getUserAccessToken.orSession({
          openId,
          appId,
          scopes,
          reason: body.reason || null,
          locale: body.locale,
          chatId: body.chat_id,
          minValidity: body.min_validity ?? undefined,
          forceRefresh,
          waitMilliseconds: (body.wait ?? 0) * 1000,
          signal: untilGone(response, shutdown),
        })
        if (response.destroyed) return null
        const recordAs = forceRefresh ? 'token_refreshed' : 'token_read'
        if (result.kind === 'token') return handOut(response, result.token, recordAs)
        const { session, advice } = result
        await gate.passAgain(response, session, 'session_asked')
        factsOf(response).sessionId = session.id
        const location = `/v1/sessions/${session.id}`
        const { permissions } = clientOf(response)
        return { status: 202, location, body: toWaitingReply(session, permissions, advice) }
      },
      async readToken(request, response) {
        const body = parseRequest(tokenRequest, request.body)
        const scopes = body.scopes ?? undefined
        const about = { appId: body.app_id ?? undefined, openId: body.open_id, scopes }
        const appId = gate.pass(response, { action: 'read', ...about })
        const minValidity = body.min_validity ?? undefined
        return handOut(response, await auth.readUserAccessToken({ ...about, appId, minValidity }))
      },
    }),
  })

  mountRoute(router, '/v1/tokens/{open_id}', {
    before,
    async get({ params, query }, response) {
      response.json(await readToken(response, params, query))
    },
    async delete(request, response) {
      const { app_id } = parseRequest(appQuery, request.query)
      const openId = openIdOf(request)
      const named = gate.pass(response, { action: 'revoke', appId: app_id, openId })
      const { appId } = auth.apps.resolve(named)
      // Whether there was one is not told apart: a repeated call has come true as well.
      await auth.tokens.revokeGrant.here({ appId, openId }, 'admin')
      response.status(204).end()
    },
  })

  mountRoute(router, '/v1/tokens/{open_id}/refresh', {
    before,
    post: once({
      async work(request, response) {
        const about = aboutOf(request, response)
        await passRefresh(response, about)
        const token = await auth.readUserAccessToken({ ...about, forceRefresh: true })
        return handOut(response, token, 'token_refreshed')
      },
      async readToken(request, response) {
        return handOut(response, await auth.readUserAccessToken(aboutOf(request, response)))
      },
    }),
  })

  function aboutOf(request: Request, response: Response) {
    const openId = openIdOf(request)
    const appId = gate.pass(
      response,
      { action: 'read', appId: appIdOf(request), openId },
      'token_refreshed',
    )
    return { openId, appId }
  }

  /** A key that may not have the token may not have it changed either; where there is none yet, there is nothing to change. */
  async function passRefresh(response: Response, about: TokenRequest): Promise<void> {
    if (gate.hasEveryScope(response)) return
    try {
      gate.passToken(response, await auth.readUserAccessToken(about), 'token_refreshed')
    } catch (error) {
      if (!(error instanceof AuthorizationRequiredError)) throw error
    }
  }

  async function handOut(
    response: Response,
    token: UserAccessToken,
    recordAs?: AuditAction,
  ): Promise<Answer> {
    await gate.handOut(response, token, recordAs)
    return { status: 200, body: toTokenReply(token), holdsToken: true }
  }
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
