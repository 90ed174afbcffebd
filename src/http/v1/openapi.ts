import { z } from 'zod'
import type { Endpoint } from '../endpoints.ts'
import { PROBLEMS, type ProblemCode } from '../problem.ts'
import {
  newSession,
  problemReply,
  sessionFilter,
  sessionPage,
  sessionPath,
  sessionReply,
  sessionWait,
  tokenPath,
  tokenQuery,
  tokenReply,
} from './schemas.ts'

type Json = Record<string, unknown>

const COMPONENTS = {
  NewSession: newSession,
  Session: sessionReply,
  SessionPage: sessionPage,
  Token: tokenReply,
  Problem: problemReply,
} as const

type ComponentName = keyof typeof COMPONENTS

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

/** Writes the OpenAPI 3.1 document of `/v1` from the schemas that validate its requests. */
export function openApi(version: string): Json {
  const paths: Record<string, Json> = {}
  for (const operation of OPERATIONS) {
    paths[operation.endpoint] = {
      ...paths[operation.endpoint],
      [operation.method]: describeOperation(operation),
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'feishu-card-auth',
      version,
      description: 'Ask people for authorization with a card; read tokens that keep working.',
    },
    servers: [{ url: '/' }],
    security: [{ apiKey: [] }],
    paths,
    components: {
      securitySchemes: { apiKey: { type: 'http', scheme: 'bearer' } },
      schemas: Object.fromEntries(
        Object.entries(COMPONENTS).map(([name, schema]) => [
          name,
          jsonSchema(schema, schema === newSession ? 'input' : 'output'),
        ]),
      ),
    },
  }
}

function describeOperation(operation: Operation): Json {
  const { id, summary, path, query, body, replies, problems } = operation
  return {
    operationId: id,
    summary,
    parameters: [...parametersIn('path', path), ...parametersIn('query', query)],
    ...(body
      ? { requestBody: { required: true, content: { 'application/json': reference(body) } } }
      : {}),
    responses: {
      ...Object.fromEntries(
        Object.entries(replies).map(([status, { description, schema }]) => [
          status,
          { description, content: { 'application/json': reference(schema) } },
        ]),
      ),
      ...problemResponses(problems),
    },
  }
}

function parametersIn(place: 'path' | 'query', schema: z.ZodObject | undefined): Json[] {
  if (!schema) return []
  return Object.entries(schema.shape).map(([name, field]) => {
    const { description, ...rest } = jsonSchema(field, 'output')
    return {
      name,
      in: place,
      required: place === 'path',
      ...(description === undefined ? {} : { description }),
      ...(rest.type === 'array' ? { style: 'form', explode: false } : {}),
      schema: rest,
    }
  })
}

/** Problems that share a status share a response. */
function problemResponses(codes: readonly ProblemCode[]): Record<string, Json> {
  const byStatus = new Map<string, ProblemCode[]>()
  for (const code of codes) {
    const status = String(PROBLEMS[code].status)
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  return Object.fromEntries(
    [...byStatus].map(([status, shared]) => [
      status,
      {
        description: shared.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' '),
        content: { 'application/problem+json': reference('Problem') },
      },
    ]),
  )
}

function reference(name: ComponentName): Json {
  return { schema: { $ref: `#/components/schemas/${name}` } }
}

function jsonSchema(schema: z.ZodType | z.core.$ZodType, io: 'input' | 'output'): Json {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io })
  return rest
}
