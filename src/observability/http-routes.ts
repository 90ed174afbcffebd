/** A method of a route, and the statuses it answers with when all is well. */
export type MeasuredRoute = {
  method: 'GET' | 'POST' | 'DELETE'
  endpoint: string
  good: readonly number[]
}

/** Every route of the public server, so that each shows up in the metrics before its first request. */
export const HTTP_ROUTES: readonly MeasuredRoute[] = [
  { method: 'GET', endpoint: '/auth/{ticket}', good: [302] },
  { method: 'POST', endpoint: '/auth/{ticket}/card', good: [200] },
  { method: 'GET', endpoint: '/callback', good: [200] },
  { method: 'GET', endpoint: '/livez', good: [200] },
  { method: 'GET', endpoint: '/readyz', good: [200, 503] },
  { method: 'GET', endpoint: '/startupz', good: [200, 503] },
  { method: 'GET', endpoint: '/openapi.json', good: [200] },
  { method: 'GET', endpoint: '/docs', good: [200] },
  { method: 'POST', endpoint: '/v1/sessions', good: [200, 201] },
  { method: 'GET', endpoint: '/v1/sessions', good: [200] },
  { method: 'GET', endpoint: '/v1/sessions/{session_id}', good: [200] },
  { method: 'POST', endpoint: '/v1/sessions/{session_id}/invalidate', good: [200] },
  { method: 'POST', endpoint: '/v1/tokens', good: [200, 202] },
  { method: 'GET', endpoint: '/v1/tokens/{open_id}', good: [200] },
  { method: 'DELETE', endpoint: '/v1/tokens/{open_id}', good: [204] },
  { method: 'POST', endpoint: '/v1/tokens/{open_id}/refresh', good: [200] },
]

/** What no route answers to. */
export const UNMATCHED = 'unmatched'

/** Every status that is told apart; 499 stands for a caller who left before the answer. */
export const STATUS_CODES = [
  200, 201, 202, 204, 302, 303, 304, 400, 401, 403, 404, 405, 406, 408, 409, 410, 413, 415, 422,
  429, 431, 499, 500, 502, 503, 504,
] as const

/** The failures that every route shows from the start. */
export const FAILED_STATUS_CODES = [400, 401, 403, 404, 429, 500, 502, 503] as const
