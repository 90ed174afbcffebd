import { z } from 'zod'
import type { RevocationReason, RevocationSource } from '../../auth/grant-events.ts'
import type { FinishedReason, SetbackReason } from '../../auth/refresh-outcome.ts'
import { WEBHOOK_EVENTS, type WebhookEvent } from '../../auth/webhook-event.ts'
import { sessionReply } from './schemas.ts'

type Json = Record<string, unknown>

const WHY_FINISHED: Record<FinishedReason, string> = {
  reused: 'the refresh token was spent by somebody else',
  revoked: 'the person or an admin revoked it at Feishu',
  expired: 'it ran out',
  invalid: 'Feishu does not know it',
  lost_rotation: 'a crash lost the new refresh token',
  user_status: 'Feishu does not let the person use the app now',
  no_refresh_token: 'it came without a refresh token',
}

const WHY_NOT_NOW: Record<SetbackReason, string> = {
  policy: 'a policy of the tenant',
  config: 'the configuration of the app',
  drift: 'an answer that is not understood',
  upstream: 'an error of Feishu',
  timeout: 'no answer in time',
  network: 'no connection',
  rate_limited: 'too many calls',
  lease_timeout: 'another instance did not finish',
  ambiguous: 'the answer was lost',
  persist_failed: 'the database',
  internal: 'a fault in here',
}

const WHO_REVOKED: Record<RevocationSource, string> = {
  user: 'the person, on the card or with /revoke',
  admin: 'over the API, the library or the command line',
  upstream_event: 'at Feishu',
}

const WHY_REVOKED: Record<RevocationReason, string> = {
  user: 'by the person',
  admin: 'by an admin',
  risk: 'Feishu saw a risk',
  restriction: 'the person may not use the app any more',
  unknown: 'Feishu did not say',
}

const grant = { app_id: z.string(), open_id: z.string() }

/** What `data` holds, for each event. */
export const WEBHOOK_DATA: Record<WebhookEvent, z.ZodObject> = {
  'authorization.completed': sessionReply,
  'authorization.rejected': sessionReply,
  'authorization.expired': sessionReply,
  'token.refresh_failed': z.object({
    ...grant,
    reason: oneOf(WHY_NOT_NOW),
    retry_after_seconds: z.number().meta({ description: 'Until then it is not tried again.' }),
  }),
  'token.reauthorization_required': z.object({ ...grant, reason: oneOf(WHY_FINISHED) }),
  'token.revoked': z.object({
    ...grant,
    session_id: z.string().meta({ description: 'The session whose consent gave the grant.' }),
    source: oneOf(WHO_REVOKED),
    reason: oneOf(WHY_REVOKED),
  }),
}

const SUMMARY: Record<WebhookEvent, string> = {
  'authorization.completed': 'A person authorized; the token can be read',
  'authorization.rejected': 'A person declined',
  'authorization.expired':
    'A request ran out, was withdrawn or was superseded; end_reason says which',
  'token.refresh_failed': 'A token could not be refreshed now; the grant is kept',
  'token.reauthorization_required': 'A grant is at its end; the person must authorize again',
  'token.revoked': 'A grant was ended by the person, an admin or Feishu',
}

/** Writes the `webhooks` of the OpenAPI document; `Session` is among its components. */
export function describeWebhooks(): Record<string, Json> {
  return Object.fromEntries(WEBHOOK_EVENTS.map((event) => [event, { post: describe(event) }]))
}

function describe(event: WebhookEvent): Json {
  const data = WEBHOOK_DATA[event]
  const { $schema, ...inline } = z.toJSONSchema(data)
  const isSession = data === sessionReply
  return {
    summary: SUMMARY[event],
    security: [],
    parameters: HEADERS,
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['type', 'timestamp', 'data'],
            properties: {
              type: { const: event },
              timestamp: { type: 'string', format: 'date-time' },
              data: isSession ? { $ref: '#/components/schemas/Session' } : inline,
            },
          },
        },
      },
    },
    responses: {
      '2XX': { description: 'Taken; what the body says is not read.' },
      '410': { description: 'No more tries of this message.' },
      default: { description: 'Tried again later, after `Retry-After` at the earliest.' },
    },
  }
}

const HEADERS = Object.entries({
  'webhook-id': 'The same for every try of a message.',
  'webhook-timestamp': 'Seconds since 1970, when this try was signed.',
  'webhook-signature':
    '`v1,` and the base64 of HMAC-SHA256 over `{webhook-id}.{webhook-timestamp}.{body}`; one for each secret, separated by spaces (https://www.standardwebhooks.com).',
}).map(([name, description]) => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: { type: 'string' },
}))

function oneOf<Name extends string>(meanings: Readonly<Record<Name, string>>) {
  const isName = (key: string): key is Name => Object.hasOwn(meanings, key)
  const description = Object.entries(meanings)
    .map(([name, meaning]) => `${name}: ${meaning}`)
    .join('; ')
  return z.enum(Object.keys(meanings).filter(isName)).meta({ description: `${description}.` })
}
