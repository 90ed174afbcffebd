import type { Request, RequestHandler, Response, Router } from 'express'
import type { AuthSession } from '../../auth/session.ts'
import type { HttpNeighbours } from '../http-neighbours.ts'
import { factsOf } from '../request-facts.ts'
import { mountRoute } from '../route.ts'
import type { Answer, AnswerOnce } from './answer-once.ts'
import { clientOf } from './authenticate.ts'
import { readCursor, writeCursor } from './cursor.ts'
import type { Gate } from './gate.ts'
import { pageOfSessions } from './page-of-sessions.ts'
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
  once: AnswerOnce,
  gate: Gate,
  { auth, listSessions, shutdown }: Neighbours,
): void {
  mountRoute(router, '/v1/sessions', {
    before,
    async get(request, response) {
      const { open_id, app_id, state, cursor, limit } = parseRequest(sessionFilter, request.query)
      const seen = gate.narrow(response, { appId: app_id, openId: open_id })
      const { shown, next } = await pageOfSessions({
        list: listSessions,
        filter: { ...seen, state, before: cursor === undefined ? undefined : readCursor(cursor) },
        pageSize: limit ?? PAGE_SIZE,
        maySee: (session) => gate.maySee(response, session),
      })
      const { permissions } = clientOf(response)
      response.json({
        sessions: shown.map((session) => toSessionReply(session, permissions)),
        next_cursor: next && writeCursor(next),
      })
    },
    post: once({
      async work(request, response) {
        parseRequest(noQuery, request.query)
        const body = parseRequest(newSession, request.body)
        const openId = body.open_id
        const scopes = body.scopes ?? undefined
        const asked = { openId, appId: body.app_id ?? undefined }
        const appId = gate.pass(response, { action: 'ask', ...asked, scopes: scopes ?? 'default' })
        const { session, created } = await auth.requestAuthorization({
          openId,
          appId,
          scopes,
          reason: body.reason || null,
          locale: body.locale,
          chatId: body.chat_id,
        })
        const answer = answerWith(response, session, created ? 201 : 200)
        return created ? { ...answer, location: `/v1/sessions/${session.id}` } : answer
      },
    }),
  })

  mountRoute(router, '/v1/sessions/{session_id}', {
    before,
    async get(request, response) {
      const { wait = 0 } = parseRequest(sessionWait, request.query)
      const id = sessionIdOf(request)
      gate.passAction(response, 'ask', 'session_read')
      const found = await auth.readSession(id)
      gate.passSession(response, found, 'session_read')
      const session =
        wait === 0
          ? found
          : await auth.waitForSession(id, wait * 1000, untilGone(response, shutdown))
      await gate.passAgain(response, session, 'session_read')
      const { status, body } = answerWith(response, session, 200)
      if (!response.destroyed) response.status(status).json(body)
    },
  })

  mountRoute(router, '/v1/sessions/{session_id}/invalidate', {
    before,
    post: once({
      async work(request, response) {
        parseRequest(noQuery, request.query)
        const id = sessionIdOf(request)
        gate.passAction(response, 'ask', 'session_invalidated')
        gate.passWithdrawal(response, await auth.readSession(id), 'session_invalidated')
        return answerWith(response, await auth.invalidateSession(id), 200)
      },
    }),
  })
}

function answerWith(response: Response, session: AuthSession, status: number): Answer {
  factsOf(response).sessionId = session.id
  return { status, body: toSessionReply(session, clientOf(response).permissions) }
}

function sessionIdOf(request: Request): string {
  return parseRequest(sessionPath, request.params).session_id
}
