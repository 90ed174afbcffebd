import type { z } from 'zod'
import type { Endpoint } from '../endpoints.ts'
import type { ProblemCode } from '../problem.ts'
import { sessionFilter, sessionPath, sessionWait, tokenPath, tokenQuery } from './schemas.ts'

/** The schemas that the document names. */
export type ComponentName = 'NewSession' | 'Session' | 'SessionPage' | 'Token' | 'Problem'

/** One operation as the documents tell it; what it takes comes from the schemas that validate. */
export type Operation = {
  method: 'get' | 'post'
  endpoint: Endpoint
  id: string
  summary: string
  path?: z.ZodObject
  query?: z.ZodObject
  body?: 'NewSession'
  replies: Readonly<Record<string, { description: string; schema: ComponentName }>>
  problems: readonly ProblemCode[]
}

const ALWAYS = ['invalid_request', 'unauthenticated', 'rate_limited', 'internal_error'] as const

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
      'payload_too_large',
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
      'session_not_found',
      'session_not_pending',
      'authorization_in_progress',
      'store_unavailable',
    ],
  },
  {
    method: 'get',
    endpoint: '/v1/tokens/{open_id}',
    id: 'getUserAccessToken',
    summary: "Read a person's user_access_token",
    path: tokenPath,
    query: tokenQuery,
    replies: { '200': { description: 'A token that is still valid.', schema: 'Token' } },
    problems: [
      ...ALWAYS,
      'authorization_required',
      'unknown_app',
      'token_unreadable',
      'feishu_unavailable',
      'store_unavailable',
    ],
  },
]
