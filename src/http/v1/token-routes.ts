import type { RequestHandler, Router } from 'express'
import type { z } from 'zod'
import type { HttpNeighbours } from '../http-neighbours.ts'
import { mountRoute } from '../route.ts'
import { parseRequest } from './parse-request.ts'
import { tokenPath, tokenQuery, type tokenReply } from './schemas.ts'

/** Mounts the route that hands out tokens. */
export function mountTokenRoutes(
  router: Router,
  before: readonly RequestHandler[],
  { auth }: Pick<HttpNeighbours, 'auth'>,
): void {
  mountRoute(router, '/v1/tokens/{open_id}', {
    before,
    async get(request, response) {
      const { open_id } = parseRequest(tokenPath, request.params)
      const query = parseRequest(tokenQuery, request.query)
      const token = await auth.readUserAccessToken({
        openId: open_id,
        appId: query.app_id,
        scopes: query.scopes,
        minValidity: query.min_validity,
      })
      const reply: z.infer<typeof tokenReply> = {
        access_token: token.accessToken,
        token_type: 'Bearer',
        expires_at: token.expiresAt.toISOString(),
        scopes: [...token.scopes],
        open_id: token.openId,
        app_id: token.appId,
      }
      response.json(reply)
    },
  })
}
