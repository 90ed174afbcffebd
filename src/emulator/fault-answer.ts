import { type Answer, failure, json } from './answer.ts'
import type { ActiveFault } from './faults.ts'
import { oauthError } from './oauth/oauth-error.ts'

/** Makes the answer of a fault, or null when the fault only delays or cuts. */
export function faultAnswer(fault: ActiveFault, path: string, logId: string): Answer | null {
  if (fault.status === undefined && fault.code === undefined && fault.body === undefined)
    return null
  const answer = fault.body === undefined ? feishuFailure(fault, path, logId) : given(fault)
  if (fault.contentType !== undefined) answer.headers['content-type'] = fault.contentType
  Object.assign(answer.headers, fault.headers)
  return answer
}

function given(fault: ActiveFault): Answer {
  const body = typeof fault.body === 'string' ? fault.body : JSON.stringify(fault.body)
  const contentType =
    typeof fault.body === 'string' ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8'
  return { status: fault.status ?? 200, headers: { 'content-type': contentType }, body }
}

function feishuFailure(fault: ActiveFault, path: string, logId: string): Answer {
  if (fault.status === 429 || fault.code === 99991400) return rateLimited(fault)
  if (path.includes('/oauth/')) {
    const code = fault.code ?? (fault.status === 503 ? 20072 : 20050)
    const answer = oauthError(code)
    return { ...answer, status: fault.status ?? answer.status }
  }
  const status = fault.status ?? 400
  return failure(fault.code ?? 99991000 + (status % 1000), messageOf(fault), logId, status)
}

function rateLimited(fault: ActiveFault): Answer {
  const body = { code: fault.code ?? 99991400, msg: 'request trigger frequency limit' }
  return json(body, fault.status ?? 429, {
    'x-ogw-ratelimit-limit': '100',
    'x-ogw-ratelimit-reset': '1',
  })
}

function messageOf(fault: ActiveFault): string {
  if (fault.code === 99991663) {
    return 'Invalid access token for authorization. Please make a request with token attached.'
  }
  return fault.status === undefined ? 'injected fault' : 'Internal Server Error'
}
