import type { ApiName } from './api-names.ts'

/** How a call failed on the wire. */
export type WireFailure =
  /** Feishu answered with a code of its own, or an OAuth error. */
  | 'refused'
  /** Something answered that is not Feishu's JSON: a proxy's page, an empty or an endless body. */
  | 'unreadable'
  | 'timeout'
  | 'network'

/** Everything about a failed call that is safe to keep: no URL query, header, request or token. */
export type WireFacts = {
  apiName: ApiName
  failure: WireFailure
  /** HTTP status; undefined when nothing was answered. */
  status?: number | undefined
  /** Feishu's numeric code. */
  feishuCode?: number | undefined
  /** The OAuth `error` (RFC 6749 §5.2). */
  oauthError?: string | undefined
  /** Feishu's message, masked. */
  detail?: string | undefined
  /** Feishu's log id, header `x-tt-logid`. */
  logId?: string | undefined
  /** Where the person passes a check of their organisation; it may hold a ticket, so no log has it. */
  challengeUrl?: string | undefined
  /** Seconds to wait, from `x-ogw-ratelimit-reset` or `retry-after`. */
  retryAfterSeconds?: number | undefined
  /** False when no byte of the request can have left; undefined when that is not known. */
  mayHaveSent?: boolean | undefined
}

/** A failed call as it left the wire; it never leaves this folder, `translate-error.ts` makes a typed error of it. */
export class WireError extends Error {
  readonly facts: WireFacts

  constructor(facts: WireFacts) {
    super(`${facts.apiName} ${facts.failure} ${facts.feishuCode ?? facts.status ?? ''}`.trim())
    this.name = 'WireError'
    this.facts = facts
  }
}
