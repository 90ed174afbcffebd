/** Every route pattern that is answered, as metrics and logs name it. */
export const ENDPOINTS = [
  '/auth/{ticket}',
  '/auth/{ticket}/card',
  '/callback',
  '/livez',
  '/readyz',
  '/startupz',
  '/openapi.json',
  '/docs',
  '/v1/sessions',
  '/v1/sessions/{session_id}',
  '/v1/sessions/{session_id}/invalidate',
  '/v1/tokens',
  '/v1/tokens/{open_id}',
  '/v1/tokens/{open_id}/refresh',
] as const

/** One of the closed set of route patterns. */
export type Endpoint = (typeof ENDPOINTS)[number]
