import { type Answer, json } from '../answer.ts'

type ErrorRow = { status: number; error: string; message: string }

/**
 * The codes of the token endpoints with their documented status and message. The `error` strings of
 * 20002, 20003, 20048, 20049, 20050 and 20068 are documented or seen; the others follow RFC 6749.
 * See https://open.feishu.cn/document/authentication-management/access-token/get-user-access-token
 */
const rows = {
  20001: row('invalid_request', 'The request is missing a required parameter.'),
  20002: row('invalid_client', 'The client secret is invalid.'),
  20003: row(
    'invalid_grant',
    'The authorization code is not found. Please note that an authorization code can only be used once.',
  ),
  20004: row('invalid_grant', 'The authorization code has expired.'),
  20008: row('invalid_grant', 'The user does not exist.'),
  20009: row('unauthorized_client', 'The specified app is not installed.'),
  20010: row('access_denied', 'The user does not have permission to use this app.'),
  20024: row(
    'invalid_grant',
    'The provided authorization code or refresh token does not match the provided client ID.',
  ),
  20026: row('invalid_grant', 'The refresh token passed is invalid. Please check the value.'),
  20036: row('unsupported_grant_type', 'The specified grant_type is not supported.'),
  20037: row('invalid_grant', 'The refresh token passed has expired. Please generate a new one.'),
  20048: row('invalid_client', 'The specified app does not exist.'),
  20049: row('invalid_grant', 'PKCE code challenge failed.'),
  20050: row(
    'server_error',
    'An unexpected server error occurred. Please retry your request.',
    500,
  ),
  20063: row('invalid_request', 'The request is malformed. Please check your request.'),
  20064: row(
    'invalid_grant',
    'The refresh token has been revoked. Please note that a refresh token can only be used once.',
  ),
  20065: row(
    'invalid_grant',
    'The authorization code has been used. Please note that an authorization code can only be used once.',
  ),
  20066: row('invalid_grant', 'The user status is invalid.'),
  20067: row(
    'invalid_scope',
    'The provided scope list contains duplicate scopes. Please ensure all scopes are unique.',
  ),
  20068: row(
    'invalid_scope',
    'The provided scope list contains scopes that are not permitted. Please ensure all scopes are allowed.',
  ),
  20069: row('unauthorized_client', 'The specified app is not enabled.'),
  20070: row(
    'invalid_request',
    'Multiple authentication methods were provided. Please only use one to proceed.',
  ),
  20071: row(
    'invalid_grant',
    'The provided redirect URI does not match the one used during authorization.',
  ),
  20072: row(
    'temporarily_unavailable',
    'The server is temporarily unavailable. Please retry your request.',
    503,
  ),
  20073: row(
    'invalid_grant',
    'The refresh token has been used. Please note that a refresh token can only be used once.',
  ),
  20074: row('unauthorized_client', 'The specified app is not allowed to refresh token.'),
} satisfies Record<number, ErrorRow>

/** A code the token endpoints document. */
export type OAuthErrorCode = keyof typeof rows

/** Answers a failure of the token endpoints: flat, with the documented status and message. */
export function oauthError(code: number): Answer {
  const known = isOAuthErrorCode(code) ? rows[code] : row('invalid_request', 'An injected fault.')
  return json({ code, error: known.error, error_description: known.message }, known.status)
}

function isOAuthErrorCode(code: number): code is OAuthErrorCode {
  return code in rows
}

function row(error: string, message: string, status = 400): ErrorRow {
  return { status, error, message }
}
