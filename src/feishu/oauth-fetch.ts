import type { ApiName } from './api-names.ts'
import type { FeishuHttp } from './http-client.ts'

type OAuthFetch = (
  url: string,
  request: { method: 'POST'; headers: Record<string, string>; body: URLSearchParams },
) => Promise<Response>

/**
 * The `fetch` handed to oauth4webapi: our own HTTP client with its deadline, limits and log.
 *
 * It rejects with `WireError` on every reply but a good one, so that one table of codes judges Feishu's refusals whatever
 * their HTTP status.
 */
export function createOAuthFetch(http: FeishuHttp, apiName: ApiName): OAuthFetch {
  return async (url, { method, headers, body }) => {
    const reply = await http.send({
      apiName,
      method,
      url,
      headers,
      body: body.toString(),
      ...(apiName === 'revoke' ? {} : { isExpected: holdsToken }),
    })
    // An empty or null field is an absent one: the library takes neither.
    const present = Object.entries(reply.body).filter(([, value]) => value !== null && value !== '')
    return Response.json(Object.fromEntries(present))
  }
}

function holdsToken({ access_token: token, token_type: type }: Record<string, unknown>): boolean {
  return typeof token === 'string' && token !== '' && String(type).toLowerCase() === 'bearer'
}
