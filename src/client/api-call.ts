/** One call of the API. */
export type ApiCall = {
  method: 'GET' | 'POST' | 'DELETE'
  /** The words of the path, not yet encoded. */
  path: readonly string[]
  query?: Readonly<Record<string, string | number | undefined>> | undefined
  body?: Readonly<Record<string, unknown>> | undefined
  /** Seconds that the service may hold the answer back. */
  waitSeconds?: number | undefined
  /** Until this instant, in milliseconds, trouble that passes is sat out however often it comes. */
  patientUntil?: number | undefined
  signal?: AbortSignal | undefined
}

/**
 * Calls the API and gives its answer as {@link fromJson} spells it. What passes by itself is tried again, a POST under the same
 * `Idempotency-Key`, so that it acts once.
 * @throws {CardAuthError} for everything but an aborted signal, which is thrown as it was aborted.
 */
export type CallApi = (call: ApiCall) => Promise<unknown>
