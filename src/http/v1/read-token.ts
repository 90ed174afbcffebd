import type { z } from 'zod'
import type { HttpAuth } from '../http-neighbours.ts'
import type { Answering } from '../request-facts.ts'
import type { Gate } from './gate.ts'
import { parseRequest } from './parse-request.ts'
import { tokenPath, tokenQuery, type tokenReply } from './schemas.ts'
import { toTokenReply } from './token-reply.ts'

/**
 * What `GET /v1/tokens/{open_id}` answers a caller who has been let in.
 * @throws {HttpProblem} when the request is not valid, or the key was not given this.
 * @throws {AuthorizationRequiredError} when only the person can help; `ReadUserAccessToken` tells the other errors.
 */
export type ReadToken = (
  response: Answering,
  params: unknown,
  query: unknown,
) => Promise<z.infer<typeof tokenReply>>

/** Creates the one way to read a token over HTTP. */
export function createReadToken({
  auth,
  gate,
}: {
  auth: Pick<HttpAuth, 'readUserAccessToken'>
  gate: Gate
}): ReadToken {
  return async (response, params, asked) => {
    const query = parseRequest(tokenQuery, asked)
    const openId = parseRequest(tokenPath, params).open_id
    const about = { appId: query.app_id, openId, scopes: query.scopes }
    const appId = gate.pass(response, { action: 'read', ...about })
    const minValidity = query.min_validity
    const token = await auth.readUserAccessToken({ ...about, appId, minValidity })
    await gate.handOut(response, token)
    return toTokenReply(token)
  }
}
