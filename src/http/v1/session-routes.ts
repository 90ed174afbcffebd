import type { Request, RequestHandler, Response, Router } from 'express'
import type { AuthSession } from '../../auth/session.ts'
import type { HttpNeighbours } from '../http-neighbours.ts'
import { factsOf } from '../request-facts.ts'
import { mountRoute } from '../route.ts'
import { readCursor, writeCursor } from './cursor.ts'
import { parseRequest } from './parse-request.ts'
import { newSession, noQuery, sessionFilter, sessionPath, sessionWait } from './schemas.ts'
import { toSessionReply } from './session-reply.ts'
import { untilGone } from './until-gone.ts'

type Neighbours = Pick<HttpNeighbours, 'auth' | 'listSessions' | 'shutdown'>

const PAGE_SIZE = 50

/** Mounts the routes of sessions: ask, look, wait, list and withdraw. */
export function mountSessionRoutes(
  router: Router,
  before: readonly RequestHandler[],
  { auth, listSessions, shutdown }: Neighbours,
): void {
  mountRoute(router, '/v1/sessions', {
    before,
    async get(request, response) {
      const { open_id, app_id, state, cursor, limit } = parseRequest(sessionFilter, request.query)
      const pageSize = limit ?? PAGE_SIZE
      const sessions = await listSessions({
        openId: open_id,
        appId: app_id,
        state,
        before: cursor === undefined ? undefined : readCursor(cursor),
        // One more than is shown tells whether another page follows.
        limit: pageSize + 1,
      })
      const shown = sessions.slice(0, pageSize)
      const last = sessions.length > pageSize ? shown.at(-1) : undefined
      response.json({
        sessions: shown.map(toSessionReply),
        next_cursor: last ? writeCursor(last) : null,
      })
    },
    async post(request, response) {
      parseRequest(noQuery, request.query)
      const body = parseRequest(newSession, request.body)
      const { session, created } = await auth.requestAuthorization({
        openId: body.open_id,
        appId: body.app_id ?? undefined,
        scopes: body.scopes ?? undefined,
        reason: body.reason || null,
        locale: body.locale,
        chatId: body.chat_id,
      })
      if (created) response.location(`/v1/sessions/${session.id}`)
      send(response, session, created ? 201 : 200)
    },
  })

  mountRoute(router, '/v1/sessions/{session_id}', {
    before,
    async get(request, response) {
      const { wait = 0 } = parseRequest(sessionWait, request.query)
      const id = sessionIdOf(request)
      const session =
        wait === 0
          ? await auth.readSession(id)
          : await auth.waitForSession(id, wait * 1000, untilGone(response, shutdown))
      if (!response.destroyed) send(response, session, 200)
    },
  })

  mountRoute(router, '/v1/sessions/{session_id}/invalidate', {
    before,
    async post(request, response) {
      parseRequest(noQuery, request.query)
      send(response, await auth.invalidateSession(sessionIdOf(request)), 200)
    },
  })
}

function send(response: Response, session: AuthSession, status: number): void {
  factsOf(response).sessionId = session.id
  response.status(status).json(toSessionReply(session))
}

function sessionIdOf(request: Request): string {
  return parseRequest(sessionPath, request.params).session_id
}
