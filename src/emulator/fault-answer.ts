import { type Answer, failure, json } from './answer.ts'
import type { ActiveFault } from './faults.ts'
import { oauthError } from './oauth/oauth-error.ts'

/** What the gateway says beside its codes. */
const gatewayMessages: Record<number, string> = {
  2200: 'Internal Error',
  9499: 'Bad Request',
  20050: 'An unexpected server error occurred. Please retry your request.',
  99991662: 'app not in use',
  99991663: 'Invalid access token for authorization. Please make a request with token attached.',
  99991668: 'Invalid access token for authorization. Please make a request with token attached.',
  99991677: 'token expire',
  99991679:
    'Unauthorized. You do not have permission to perform the requested operation on the resource. Please request user re-authorization and try again.',
}

/** Makes the answer of a fault, or null when the fault only delays or cuts. */
export function faultAnswer(fault: ActiveFault, path: string, logId: string): Answer | null {
  const { status, code, body } = fault
  if (status === undefined && code === undefined && body === undefined) return null
  const answer = body === undefined ? feishuFailure(fault, path, logId) : given(fault)
  if (fault.contentType !== undefined) answer.headers['content-type'] = fault.contentType
  for (const [name, value] of Object.entries(fault.headers ?? {})) {
    answer.headers[name.toLowerCase()] = value
  }
  return answer
}

/** A body of its own: text is sent as a page, anything else as JSON. */
function given({ body, status = 200 }: ActiveFault): Answer {
  if (typeof body !== 'string') return json(body, status)
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body }
}

/** What Feishu itself would say with this status or code at this path. */
function feishuFailure({ status, code }: ActiveFault, path: string, logId: string): Answer {
  if (status === 429 || code === 99991400) return rateLimited(status ?? 429)
  if (path.includes('/oauth/')) {
    const answer = oauthError(code ?? oauthCodeOf(status))
    return { ...answer, status: status ?? answer.status }
  }
  const shown = code ?? gatewayCodeOf(status, path)
  return failure(shown, gatewayMessages[shown] ?? 'injected fault', logId, status ?? 400)
}

/** See https://open.feishu.cn/document/ukTMukTMukTM/uUzN04SN3QjL1cDN */
function rateLimited(status: number): Answer {
  return json({ code: 99991400, msg: 'request trigger frequency limit' }, status, {
    'x-ogw-ratelimit-limit': '100',
    'x-ogw-ratelimit-reset': '1',
  })
}

function oauthCodeOf(status = 500): number {
  if (status < 500) return 20063
  return status === 503 ? 20072 : 20050
}

function gatewayCodeOf(status = 400, path = ''): number {
  if (status < 500) return 9499
  return path.includes('/authen/') ? 20050 : 2200
}
