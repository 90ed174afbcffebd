import type { z } from 'zod'
import type { Endpoint } from '../endpoints.ts'
import type { ProblemCode } from '../problem.ts'
import {
  appQuery,
  sessionFilter,
  sessionPath,
  sessionWait,
  tokenPath,
  tokenQuery,
} from './schemas.ts'

/** The schemas that the document names. */
export const COMPONENT_NAMES = [
  'NewSession',
  'TokenRequest',
  'RefreshRequest',
  'Session',
  'SessionPage',
  'WaitingSession',
  'Token',
  'Problem',
] as const

/** One of the schemas that the document names. */
export type ComponentName = (typeof COMPONENT_NAMES)[number]

/** One operation as the documents tell it; what it takes comes from the schemas that validate. */
export type Operation = {
  method: 'get' | 'post' | 'delete'
  endpoint: Endpoint
  id: string
  summary: string
  path?: z.ZodObject
  query?: z.ZodObject
  body?: 'NewSession' | 'TokenRequest' | 'RefreshRequest'
  /** The answers when all is well; one without a schema has no body. */
  replies: Readonly<Record<string, { description: string; schema?: ComponentName }>>
  problems: readonly ProblemCode[]
}

const ALWAYS = [
  'invalid_request',
  'unauthenticated',
  'forbidden',
  'rate_limited',
  'payload_too_large',
  'internal_error',
] as const

/** What can go wrong with an `Idempotency-Key`. */
const OF_REPEATS = ['idempotency_key_reused', 'idempotency_in_progress'] as const

/** What can go wrong on the way to a token, whoever asks for it. */
const OF_TOKENS = [
  'unknown_app',
  'token_unreadable',
  'person_not_allowed',
  'app_misconfigured',
  'feishu_unavailable',
  'token_refresh_failed',
  'store_unavailable',
] as const

/** Every operation of `/v1`. */
export const OPERATIONS: readonly Operation[] = [
  {
    method: 'post',
    endpoint: '/v1/sessions',
    id: 'requestAuthorization',
    summary: 'Send a person an authorization card',
    body: 'NewSession',
    replies: {
      '201': { description: 'The card is sent.', schema: 'Session' },
      '200': {
        description: 'A pending session already covers these scopes; no second card.',
        schema: 'Session',
      },
    },
    problems: [
      ...ALWAYS,
      ...OF_REPEATS,
      'too_many_cards',
      'token_unreadable',
      'unknown_app',
      'person_unreachable',
      'authorization_in_progress',
      'app_misconfigured',
      'feishu_unavailable',
      'store_unavailable',
    ],
  },
  {
    method: 'get',
    endpoint: '/v1/sessions',
    id: 'listSessions',
    summary: 'List sessions, newest first',
    query: sessionFilter,
    replies: { '200': { description: 'A page of sessions.', schema: 'SessionPage' } },
    problems: [...ALWAYS, 'store_unavailable'],
  },
  {
    method: 'get',
    endpoint: '/v1/sessions/{session_id}',
    id: 'getSession',
    summary: 'Look at a session, or wait for its end',
    path: sessionPath,
    query: sessionWait,
    replies: { '200': { description: 'The session as it stands.', schema: 'Session' } },
    problems: [...ALWAYS, 'session_not_found', 'store_unavailable'],
  },
  {
    method: 'post',
    endpoint: '/v1/sessions/{session_id}/invalidate',
    id: 'invalidateSession',
    summary: 'Withdraw a pending session',
    path: sessionPath,
    replies: { '200': { description: 'The session, now expired.', schema: 'Session' } },
    problems: [
      ...ALWAYS,
      ...OF_REPEATS,
      'token_unreadable',
      'session_not_found',
      'session_not_pending',
      'authorization_in_progress',
      'store_unavailable',
    ],
  },
  {
    method: 'post',
    endpoint: '/v1/tokens',
    id: 'requestUserAccessToken',
    summary: "Get a person's user_access_token, with a card when one is needed",
    body: 'TokenRequest',
    replies: {
      '200': {
        description: 'A token that works: stored, refreshed, or granted while you waited.',
        schema: 'Token',
      },
      '202': {
        description:
          'A card waits for the person, and there is no token yet. Ask again, with `wait` or later.',
        schema: 'WaitingSession',
      },
    },
    problems: [
      ...ALWAYS,
      ...OF_REPEATS,
      'too_many_cards',
      'authorization_required',
      'authorization_rejected',
      'insufficient_scope',
      'authorization_expired',
      'authorization_in_progress',
      'person_unreachable',
      ...OF_TOKENS,
    ],
  },
  {
    method: 'get',
    endpoint: '/v1/tokens/{open_id}',
    id: 'getUserAccessToken',
    summary: "Read a person's user_access_token",
    path: tokenPath,
    query: tokenQuery,
    replies: {
      '200': { description: 'A token that works, refreshed when it was time.', schema: 'Token' },
    },
    problems: [...ALWAYS, 'authorization_required', ...OF_TOKENS],
  },
  {
    method: 'delete',
    endpoint: '/v1/tokens/{open_id}',
    id: 'revokeUserAccessToken',
    summary: "Revoke a person's token at Feishu and delete it here",
    path: tokenPath,
    query: appQuery,
    replies: { '204': { description: 'There is no token any more, or there was none.' } },
    problems: [...ALWAYS, 'unknown_app', 'store_unavailable'],
  },
  {
    method: 'post',
    endpoint: '/v1/tokens/{open_id}/refresh',
    id: 'refreshUserAccessToken',
    summary: 'Refresh a token now, although it is fresh',
    path: tokenPath,
    query: appQuery,
    body: 'RefreshRequest',
    replies: { '200': { description: 'The new token.', schema: 'Token' } },
    problems: [...ALWAYS, ...OF_REPEATS, 'authorization_required', ...OF_TOKENS],
  },
]
