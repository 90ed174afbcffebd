import { type CardAuthClientOptions, createCardAuthClient } from '../../src/client/index.ts'

/** What the client sent. */
export type SentRequest = {
  method: string
  url: string
  headers: Record<string, string>
  body: unknown
  signal: AbortSignal
}

/** How a request is answered; throw for a network that fails. */
export type Answer = (request: SentRequest) => Response | Promise<Response>

/** The key of these tests. */
export const API_KEY = 'key-of-these-tests-0123456789'

/** A client whose requests are answered one after the other from a list, the last answer for ever. */
export function createStubbedClient(
  answers: Answer[],
  options: Partial<CardAuthClientOptions> = {},
) {
  const sent: SentRequest[] = []
  const client = createCardAuthClient({
    baseUrl: 'http://service.test/',
    apiKey: API_KEY,
    fetch: async (input, init = {}) => {
      const request: SentRequest = {
        method: init.method ?? 'GET',
        url: String(input),
        headers: Object.fromEntries(new Headers(init.headers)),
        body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined,
        signal: init.signal ?? new AbortController().signal,
      }
      const answer = answers[Math.min(sent.length, answers.length - 1)]
      sent.push(request)
      if (!answer) throw new Error('nothing answers')
      return answer(request)
    },
    ...options,
  })
  return { client, sent }
}

/** A JSON answer. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Answer {
  return () => new Response(JSON.stringify(body), { status, headers })
}

/** A problem document, as the service sends it. */
export function problem(
  code: string,
  status: number,
  { headers = {}, ...members }: { headers?: Record<string, string> } & Record<string, unknown> = {},
): Answer {
  return json(
    { code, status, title: 'T', detail: 'D', request_id: 'r1', ...members },
    status,
    headers,
  )
}

/** A network that fails as Node's does. */
export function noNetwork(): Answer {
  return () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    throw new TypeError('fetch failed', { cause })
  }
}

/** An answer that never comes. */
export function silence(): Answer {
  return ({ signal }) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
}

/** A token, as `/v1` writes it. */
export const TOKEN = {
  access_token: 'u-1',
  token_type: 'Bearer',
  expires_at: '2026-11-20T12:00:00.000Z',
  scopes: ['offline_access'],
  open_id: 'ou_1',
  app_id: 'cli_1',
}

/** A session, as `/v1` writes it. */
export function session(members: Record<string, unknown> = {}) {
  return {
    session_id: 's1',
    app_id: 'cli_1',
    open_id: 'ou_1',
    state: 'pending',
    end_reason: null,
    auth_method: 'websocket_card',
    scopes: ['offline_access'],
    granted_scopes: null,
    reason: null,
    last_failure: null,
    card: { message_id: 'om_1', shows: 'pending', look: 'asking' },
    created_at: '2026-11-20T10:00:00.000Z',
    expires_at: '2026-11-20T10:10:00.000Z',
    ended_at: null,
    ...members,
  }
}
