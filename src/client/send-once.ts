import type { ApiCall } from './api-call.ts'
import { CardAuthError } from './card-auth-error.ts'
import { errorOfReply } from './error-of-reply.ts'
import { fromJson } from './from-json.ts'
import { plainCause } from './plain-cause.ts'

/** Where the service is, and how to get there. */
export type Endpoint = {
  /** Without a slash at its end. */
  baseUrl: string
  apiKey: string
  fetch: typeof fetch
  /** How long an answer may take beside the wait that was asked for. */
  timeoutSeconds: number
}

/** One try of one call, its answer read whole within its time. */
export async function sendOnce(
  endpoint: Endpoint,
  call: ApiCall & { idempotencyKey: string | undefined },
): Promise<unknown> {
  const address = addressOf(endpoint.baseUrl, call)
  const { apiKey, fetch: send, timeoutSeconds } = endpoint
  const { method, body, idempotencyKey, signal, waitSeconds = 0 } = call
  const ended = new AbortController()
  const end = () => ended.abort()
  const timer = setTimeout(end, (timeoutSeconds + waitSeconds) * 1000)
  signal?.addEventListener('abort', end, { once: true })
  let reply: Response
  let text: string
  try {
    reply = await send(address, {
      method,
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${apiKey}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
      },
      // A redirect would turn a POST into a GET, and lead the key elsewhere.
      redirect: 'manual',
      signal: ended.signal,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    text = await reply.text()
  } catch (error) {
    signal?.throwIfAborted()
    throw new CardAuthError(
      'service_unreachable',
      ended.signal.aborted
        ? 'The service did not answer in time.'
        : 'The service cannot be reached. Check baseUrl, the network and whether it runs.',
      { cause: plainCause(error, apiKey) },
    )
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', end)
  }
  const json = parse(text)
  if (!reply.ok || (text !== '' && json === undefined)) throw errorOfReply(reply, json)
  return fromJson(json)
}

/** @throws {CardAuthError} `invalid_request` for a word that would lead to another path. */
function addressOf(baseUrl: string, { path, query = {} }: ApiCall): string {
  if (path.some((word) => /^\.{0,2}$/.test(word))) {
    throw new CardAuthError('invalid_request', 'An id is empty or not one. Check the arguments.')
  }
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(name, String(value))
  }
  const address = `${baseUrl}/v1/${path.map(encodeURIComponent).join('/')}`
  return `${search}` === '' ? address : `${address}?${search}`
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
