import type { TokenReply } from '../auth/ports.ts'

/** What Feishu's own clients assume when a reply leaves a lifetime out; seconds. */
const ACCESS_TOKEN_SECONDS = 7200
const REFRESH_TOKEN_SECONDS = 604_800

/** Reads a token reply that is already known to hold an access token (RFC 6749 §5.1, plus `refresh_token_expires_in`). */
export function parseTokenReply(reply: {
  readonly access_token: string
  readonly expires_in?: number
  readonly refresh_token?: string
  readonly scope?: string
  readonly [name: string]: unknown
}): TokenReply {
  const { access_token, expires_in, refresh_token, refresh_token_expires_in, scope = '' } = reply
  return {
    accessToken: access_token,
    expiresIn: lifetime(expires_in, ACCESS_TOKEN_SECONDS),
    refreshToken: refresh_token ? refresh_token : null,
    refreshTokenExpiresIn: refresh_token
      ? lifetime(refresh_token_expires_in, REFRESH_TOKEN_SECONDS)
      : null,
    scopes: [...new Set(scope.split(/\s+/).filter((each) => each !== ''))],
  }
}

function lifetime(seconds: unknown, otherwise: number): number {
  const read = typeof seconds === 'string' ? Number.parseFloat(seconds) : seconds
  return typeof read === 'number' && Number.isFinite(read) && read > 0 ? read : otherwise
}
