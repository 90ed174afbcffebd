import { z } from 'zod'
import { PROBLEMS, type ProblemCode } from '../problem.ts'
import { examples } from './examples.ts'
import { MAX_IDEMPOTENCY_KEY } from './idempotency-key.ts'
import { describeWebhooks } from './openapi-webhooks.ts'
import { COMPONENT_NAMES, type ComponentName, OPERATIONS, type Operation } from './operations.ts'
import {
  newSession,
  problemReply,
  refreshRequest,
  sessionPage,
  sessionReply,
  tokenReply,
  tokenRequest,
  waitingSession,
} from './schemas.ts'

type Json = Record<string, unknown>

const BODIES = {
  NewSession: newSession,
  TokenRequest: tokenRequest,
  RefreshRequest: refreshRequest,
} as const

const COMPONENTS: Record<ComponentName, z.ZodType> = {
  ...BODIES,
  Session: sessionReply,
  SessionPage: sessionPage,
  WaitingSession: waitingSession,
  Token: tokenReply,
  Problem: problemReply,
}

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'Makes a repeat safe: for 24 hours the same request with the same key is done once, and a repeat gets the first answer. A token is never replayed: the repeat reads the one that works now.',
  schema: {
    type: 'string',
    minLength: 1,
    maxLength: MAX_IDEMPOTENCY_KEY,
    pattern: '^[\\x21-\\x7e]+$',
  },
  example: '8e03978e-40d5-43e8-bc93-6894a57f9324',
}
const REPLAYED = {
  description: '`true` on the answer to a repeat.',
  schema: { type: 'string', const: 'true' },
}
const REQUEST_ID = {
  description: 'The id of this request in the log; yours when you sent one.',
  schema: { type: 'string' },
}
const CHALLENGE = { description: 'How to authenticate.', schema: { type: 'string' } }
const LOCATION = { description: 'Where the session is.', schema: { type: 'string' } }
const RETRY_AFTER = {
  description: 'Seconds until a repeat may help.',
  schema: { type: 'integer', minimum: 1 },
}

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
    webhooks: describeWebhooks(),
    components: {
      securitySchemes: { apiKey: { type: 'http', scheme: 'bearer' } },
      schemas: Object.fromEntries(
        componentEntries().map(([name, schema]) => [
          name,
          {
            ...jsonSchema(schema, name in BODIES ? 'input' : 'output'),
            examples: [examples[name]],
          },
        ]),
      ),
    },
  }
}

function componentEntries(): [ComponentName, z.ZodType][] {
  return COMPONENT_NAMES.map((name) => [name, COMPONENTS[name]])
}

function describeOperation(operation: Operation): Json {
  const { id, summary, method, path, query, body, replies, problems } = operation
  const isRepeatable = method === 'post'
  return {
    operationId: id,
    summary,
    parameters: [
      ...parametersIn('path', path),
      ...parametersIn('query', query),
      ...(isRepeatable ? [IDEMPOTENCY_KEY] : []),
    ],
    ...(body
      ? {
          requestBody: {
            required: !mayBeEmpty(body),
            content: { 'application/json': reference(body) },
          },
        }
      : {}),
    responses: {
      ...Object.fromEntries(
        Object.entries(replies).map(([status, { description, schema }]) => [
          status,
          {
            description,
            headers: {
              'X-Request-Id': REQUEST_ID,
              ...(isRepeatable ? { 'Idempotency-Replayed': REPLAYED } : {}),
              ...(isElsewhere(status) ? { Location: LOCATION } : {}),
            },
            ...(schema ? { content: { 'application/json': reference(schema) } } : {}),
          },
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
        headers: {
          'X-Request-Id': REQUEST_ID,
          ...(status === '401' ? { 'WWW-Authenticate': CHALLENGE } : {}),
          ...(shared.some(isWorthRepeating) ? { 'Retry-After': RETRY_AFTER } : {}),
        },
        content: { 'application/problem+json': problemOf(shared) },
      },
    ]),
  )
}

/** A problem with one of these codes. */
function problemOf(codes: readonly ProblemCode[]): Json {
  const { schema } = reference('Problem')
  return { schema: { ...schema, properties: { code: { enum: codes } } } }
}

/** These answers say where the session is. */
function isElsewhere(status: string): boolean {
  return status === '201' || status === '202'
}

const WORTH_REPEATING = new Set<ProblemCode>([
  'authorization_in_progress',
  'idempotency_in_progress',
])

function isWorthRepeating(code: ProblemCode): boolean {
  const { status } = PROBLEMS[code]
  return status === 429 || status === 503 || WORTH_REPEATING.has(code)
}

function mayBeEmpty(body: keyof typeof BODIES): boolean {
  return BODIES[body].safeParse({}).success
}

function reference(name: ComponentName): { schema: Json } {
  return { schema: { $ref: `#/components/schemas/${name}` } }
}

function jsonSchema(schema: z.ZodType | z.core.$ZodType, io: 'input' | 'output'): Json {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io })
  return rest
}

/** What the schemas say about the fields that an operation takes, for people. */
export function describeFields({ query, body }: Operation): [name: string, description: string][] {
  const fields = { ...query?.shape, ...(body ? BODIES[body].shape : {}) }
  return Object.entries(fields).map(([name, field]) => [name, descriptionOf(field)])
}

/** A field that may be null keeps its description on the part that is not. */
function descriptionOf(field: z.core.$ZodType): string {
  const { description, anyOf } = z.toJSONSchema(field, { io: 'output' })
  return description ?? anyOf?.find((part) => part.description)?.description ?? ''
}
