import type { ErrorCodeRow } from './error-code-row.ts'

/**
 * The gateway before every API, the tenant access token and the discovery of the long connection
 * (https://open.feishu.cn/document/server-docs/api-call-guide/generic-error-code).
 */
export const GATEWAY_ERROR_CODES: readonly ErrorCodeRow[] = [
  [99991661, 'drift', 'bad_client', 'The request carried no access token.'],
  [99991662, 'app_wide', 'app_disabled', 'The app is not in use. An admin enables it.'],
  [99991663, 'token', 'upstream_5xx', 'The tenant access token is not valid any more.'],
  [99991664, 'app_wide', 'bad_client', 'The app access token is not valid.'],
  [99991665, 'app_wide', 'bad_client', 'The tenant is not valid.'],
  [99991668, 'token', 'upstream_5xx', 'The user access token is not valid, or not taken here.'],
  [99991669, 'terminal', 'code_used', 'The refresh token is not valid.', { refresh: 'invalid' }],
  [99991671, 'drift', 'bad_client', 'The access token has the wrong form.'],
  [99991672, 'app_wide', 'scope_not_enabled', 'The app lacks a scope. Enable and publish it.'],
  [99991673, 'app_wide', 'app_not_installed', 'The app is not authorized by this organisation.'],
  [99991676, 'app_wide', 'scope_not_enabled', 'The token has no permission for this API.'],
  [99991677, 'token', 'upstream_5xx', 'The user access token has expired.'],
  [99991679, 'user', 'person_not_allowed', 'The person has not granted the scope of this API.'],
  [99991400, 'transient', 'rate_limited', 'Too many requests for the moment.'],
  [99991401, 'app_wide', 'bad_client', 'This server’s address is not on the app’s IP list.'],
  [99991403, 'app_wide', 'app_disabled', 'The monthly quota of API calls is used up.'],
  [99992351, 'data', 'person_unreachable', 'Feishu knows no such open_id.'],
  [99992361, 'data', 'person_unreachable', 'The open_id belongs to another app. Check the app id.'],
  [99992364, 'data', 'person_unreachable', 'This is not an open_id.'],
  [99992402, 'data', 'card_undeliverable', 'A field of the request does not validate.'],
  [11232, 'transient', 'rate_limited', 'Too many messages for the moment.'],

  // Tenant access token. Which number a wrong secret gets varies: all are app-wide.
  [10003, 'app_wide', 'bad_client', 'The app id or secret is malformed. Copy both again.'],
  [10012, 'app_wide', 'bad_client', 'No app access token was given. Check app id and secret.'],
  [10013, 'app_wide', 'bad_client', 'No tenant access token was given. Check app id and secret.'],
  [10014, 'app_wide', 'bad_client', 'The app is stopped, or its secret is wrong.'],
  [10015, 'app_wide', 'bad_client', 'The app secret is wrong. Copy it from the console again.'],
  [99991543, 'app_wide', 'bad_client', 'The app id or secret does not exist. Check the brand.'],

  // Discovery of the long connection.
  [1, 'transient', 'upstream_5xx', 'Feishu is busy.'],
  [403, 'app_wide', 'bad_client', 'This app may not use the long connection.'],
  [514, 'app_wide', 'bad_client', 'The long connection did not accept the app’s credentials.'],
  [1000040343, 'transient', 'upstream_5xx', 'Feishu had an error of its own.'],
  [1000040344, 'app_wide', 'bad_client', 'The app’s credentials are missing.'],
  [1000040345, 'app_wide', 'bad_client', 'The app id or secret is wrong. Copy both again.'],
  [1000040346, 'app_wide', 'bad_client', 'The app id is wrong. Copy it from the console again.'],
  [1000040350, 'transient', 'rate_limited', 'The app has its 50 long connections already.'],
  [1000040351, 'transient', 'upstream_5xx', 'Feishu is busy.'],
]
