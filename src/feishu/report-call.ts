import type { ApiName, ApiObserver, ApiStatus } from './api-names.ts'
import { pathOf } from './api-names.ts'
import { classOf, isRateLimit } from './error-codes/error-codes.ts'
import type { FeishuLog, LogLevel } from './feishu-log.ts'
import type { WireError } from './wire-error.ts'

/** A call that has ended, well (`failure` null) or not. */
export type EndedCall = {
  apiName: ApiName
  method: string
  url: string
  seconds: number
  failure: WireError | null
  logId: string | undefined
}

/** Counts a call, and logs it in one line when it failed. */
export function reportCall(
  { log, observe }: { log: FeishuLog; observe: ApiObserver },
  call: EndedCall,
): void {
  const { apiName, method, url, seconds, failure, logId } = call
  observe({
    apiName,
    status: statusOf(failure),
    seconds,
    ...(logId === undefined ? {} : { logId }),
  })
  if (!failure) return
  const facts = failure.facts
  log(levelOf(failure), 'feishu_call_failed', {
    api_name: apiName,
    method: method.toUpperCase(),
    path: pathOf(url),
    failure: facts.failure,
    status: facts.status,
    feishu_code: facts.feishuCode,
    oauth_error: facts.oauthError,
    detail: facts.detail,
    log_id: logId,
    seconds,
  })
}

/** The status of a call in metrics. */
export function statusOf(failure: WireError | null): ApiStatus {
  if (!failure) return 'ok'
  const { failure: kind, status = 200, feishuCode } = failure.facts
  if (kind === 'timeout' || kind === 'network') return kind
  if (status === 429 || isRateLimit(feishuCode)) return 'rate_limited'
  if (status >= 500 || kind === 'unreadable') return 'server_error'
  return 'client_error'
}

// An operator must act on what hits everybody; the rest passes, or is one person's.
function levelOf({ facts }: WireError): LogLevel {
  switch (facts.feishuCode === undefined ? 'transient' : classOf(facts.feishuCode)) {
    case 'app_wide':
    case 'drift':
    case 'data':
    case 'unknown':
      return 'error'
    case 'terminal':
    case 'user':
    case 'transient':
    case 'policy':
    case 'token':
      return 'warn'
  }
}
