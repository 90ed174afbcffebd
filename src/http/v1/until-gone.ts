import type { Response } from 'express'

/** Aborts when the caller has gone, or when the service is about to. */
export function untilGone(response: Response, shutdown: AbortSignal | undefined): AbortSignal {
  const gone = new AbortController()
  if (response.closed) gone.abort()
  else response.once('close', () => gone.abort())
  return shutdown ? AbortSignal.any([gone.signal, shutdown]) : gone.signal
}
