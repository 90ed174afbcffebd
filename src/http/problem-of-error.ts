import {
  AppMisconfiguredError,
  AuthorizationInProgressError,
  AuthorizationRequiredError,
  CardAuthError,
  FeishuUnavailableError,
  InsufficientScopeError,
  PersonNotAllowedError,
  SessionNotPendingError,
  StoreUnavailableError,
  TokenRefreshFailedError,
  TooManyCardsError,
} from '../errors.ts'
import { HttpProblem, type ProblemCode } from './problem.ts'

/** An error turned into what a caller may know of it. */
export type ProblemFacts = {
  code: ProblemCode
  detail: string
  /** Members beside the standard ones (RFC 9457 §3.2). */
  members: Record<string, unknown>
  headers: Record<string, string>
}

const STORE_RETRY_SECONDS = '5'

/** Translates any error at the door; what is not an error of ours says nothing of its cause. */
export function problemOfError(error: unknown): ProblemFacts {
  if (error instanceof HttpProblem) {
    const { code, message, fields, headers, members } = error
    return {
      code,
      detail: message,
      members: fields.length > 0 ? { ...members, errors: fields } : { ...members },
      headers: { ...headers },
    }
  }
  if (error instanceof CardAuthError) {
    const members = { ...membersOf(error), ...feishuFactsOf(error) }
    return { code: error.code, detail: error.message, members, headers: headersOf(error) }
  }
  return problemOfParser(error) ?? internalError()
}

/** Feishu's numeric code and log id, where an error carries them; both are safe to show and to log. */
export function feishuFactsOf(error: CardAuthError): { feishu_code?: number; log_id?: string } {
  return {
    ...('feishuCode' in error && typeof error.feishuCode === 'number'
      ? { feishu_code: error.feishuCode }
      : {}),
    ...('logId' in error && typeof error.logId === 'string' ? { log_id: error.logId } : {}),
  }
}

function membersOf(error: CardAuthError): Record<string, unknown> {
  if (error instanceof AuthorizationRequiredError) {
    const { appId, openId, missingScopes, advice } = error
    const facts = { app_id: appId, open_id: openId, missing_scopes: missingScopes }
    return advice === null ? facts : { ...facts, advice }
  }
  if (error instanceof AuthorizationInProgressError && error.sessionId !== null) {
    return { session_id: error.sessionId }
  }
  if (error instanceof PersonNotAllowedError && error.challengeUrl !== null) {
    return { challenge_url: error.challengeUrl }
  }
  if (error instanceof InsufficientScopeError) return { missing_scopes: error.missingScopes }
  if (error instanceof SessionNotPendingError) return { state: error.state }
  if (error instanceof AppMisconfiguredError) return { reason: error.reason }
  if (
    error instanceof FeishuUnavailableError ||
    error instanceof TokenRefreshFailedError ||
    error instanceof TooManyCardsError
  ) {
    return { reason: error.reason }
  }
  return {}
}

function headersOf(error: CardAuthError): Record<string, string> {
  if (
    error instanceof FeishuUnavailableError ||
    error instanceof TokenRefreshFailedError ||
    error instanceof AuthorizationInProgressError ||
    error instanceof TooManyCardsError
  ) {
    return { 'retry-after': String(Math.max(1, Math.ceil(error.retryAfterSeconds))) }
  }
  if (error instanceof StoreUnavailableError) return { 'retry-after': STORE_RETRY_SECONDS }
  return {}
}

/** Express and its body parser throw errors with a `status`; those below 500 are the caller's. */
function problemOfParser(error: unknown): ProblemFacts | null {
  if (!(error instanceof Error) || !('status' in error)) return null
  const { status } = error
  if (typeof status !== 'number' || status < 400 || status >= 500) return null
  if (status === 413) {
    const detail = 'The body may have at most 64 KB.'
    return { code: 'payload_too_large', detail, members: {}, headers: {} }
  }
  const detail = 'The request cannot be read. Send UTF-8 JSON, and percent-encode the address.'
  return { code: 'invalid_request', detail, members: {}, headers: {} }
}

function internalError(): ProblemFacts {
  const detail = 'The fault is on our side. Give the request_id to whoever runs this service.'
  return { code: 'internal_error', detail, members: {}, headers: {} }
}
