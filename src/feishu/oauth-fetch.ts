import type { ApiName } from './api-names.ts'
import type { FeishuHttp } from './http-client.ts'

/** The calls that go through the OAuth library. */
export type OAuthApiName = Extract<ApiName, 'exchange_code' | 'refresh_token' | 'revoke'>

/** The `fetch` of the OAuth library. */
export type OAuthFetch = (
  url: string,
  request: { method: 'POST'; headers: Record<string, string>; body: URLSearchParams },
) => Promise<Response>

/**
 * The `fetch` handed to oauth4webapi: our own HTTP client with its deadline, limits and log.
 *
 * It rejects with `WireError` on every reply but a good one, so that one table of codes judges Feishu's refusals whatever
 * their HTTP status.
 */
export function createOAuthFetch(http: FeishuHttp, apiName: OAuthApiName): OAuthFetch {
  return async (url, { method, headers, body }) => {
    const reply = await http.send({
      apiName,
      method,
      url,
      headers,
      body: body.toString(),
      // A refresh token is single use: what became of it must be known as well as it can be.
      onOwnConnection: apiName === 'refresh_token',
      ...(apiName === 'revoke' ? {} : { isExpected: holdsToken }),
    })
    return Response.json(apiName === 'revoke' ? {} : usableFields(reply.body))
  }
}

function holdsToken({ access_token: token, token_type: type }: Record<string, unknown>): boolean {
  return typeof token === 'string' && token !== '' && String(type).toLowerCase() === 'bearer'
}

/** The library refuses the whole reply for one field of a wrong type, which would throw the tokens away: such a field is an absent one. */
function usableFields(body: Record<string, unknown>): Record<string, unknown> {
  const { access_token, token_type, expires_in, refresh_token, refresh_token_expires_in, scope } =
    body
  return {
    access_token,
    token_type,
    refresh_token_expires_in,
    ...(isLifetime(expires_in) ? { expires_in } : {}),
    ...(isText(refresh_token) ? { refresh_token } : {}),
    ...(isText(scope) ? { scope } : {}),
  }
}

function isLifetime(value: unknown): boolean {
  const seconds = Number.parseFloat(String(value))
  return Number.isFinite(seconds) && seconds > 0
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}
