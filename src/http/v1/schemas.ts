import { z } from 'zod'
import { LOCALES } from '../../auth/session.ts'

const SESSION_STATES = ['pending', 'completed', 'rejected', 'expired'] as const
const END_REASONS = [
  'declined_on_card',
  'access_denied',
  'timed_out',
  'invalidated',
  'superseded',
] as const

/** The most scopes that one request may name. */
const MAX_SCOPES = 50
const MAX_REASON = 200
const MAX_WAIT = 60
/** Half of the two hours that a token usually lives: more would mean a refresh with every other call. */
const MAX_MIN_VALIDITY = 3600
const MIN_VALIDITY_WORDS = `Seconds that the token must still be valid, 0 to ${MAX_MIN_VALIDITY}. Default 60.`

const openId = z
  .string()
  .regex(
    /^ou_[A-Za-z0-9_-]{1,64}$/,
    'Must be an open_id such as ou_7d8a6e6df7621556ce0d21922b676706.',
  )
  .meta({
    description: 'The person, as this app knows them.',
    examples: ['ou_7d8a6e6df7621556ce0d21922b676706'],
  })

const appId = z
  .string()
  .regex(/^cli_[A-Za-z0-9_-]{1,64}$/, 'Must be an app id such as cli_a1b2c3d4e5f60718.')
  .meta({
    description: 'May be left out when one app is configured.',
    examples: ['cli_a1b2c3d4e5f60718'],
  })

const scope = z
  .string()
  .regex(/^[A-Za-z0-9:._-]{1,128}$/, 'Must be a scope such as calendar:calendar:readonly.')

const scopes = z.array(scope).min(1).max(MAX_SCOPES)

/** A list in a query: separated by commas or spaces. */
const scopesInQuery = z
  .string()
  .max(8192)
  .transform((text) => text.split(/[\s,]+/).filter((word) => word !== ''))
  .pipe(scopes)
  .meta({ description: `Up to ${MAX_SCOPES} scopes, separated by commas or spaces.` })

/** Digits only: `Number` would also take ' ', '1e1' and '0x10'. */
function integerInQuery(least: number, most: number, description: string) {
  return z
    .string()
    .regex(/^\d{1,9}$/, 'Must be a whole number.')
    .transform(Number)
    .pipe(z.int().min(least).max(most))
    .meta({ description })
}

const reason = z
  .string()
  .trim()
  .regex(/^(?:[^\p{Cc}\p{Cs}]|\n)*$/u, 'Must hold no control characters.')
  .refine((text) => [...text].length <= MAX_REASON, `Must have at most ${MAX_REASON} characters.`)
  .meta({ maxLength: MAX_REASON, description: 'Shown on the card: why the app asks.' })

/** Whom to ask, for what and why: what a session and a token have in common. */
const askedOf = {
  open_id: openId,
  app_id: appId.nullish(),
  scopes: scopes.nullish().meta({ description: 'Default: the scopes of the app.' }),
  reason: reason.nullish(),
  locale: z
    .enum(LOCALES)
    .nullish()
    .meta({
      description: `The language of the pages: ${LOCALES.join(', ')}. Default: the browser’s.`,
    }),
  chat_id: z
    .string()
    .regex(
      /^oc_[A-Za-z0-9_-]{1,64}$/,
      'Must be a chat_id such as oc_a0553eda9014c201e6969b478895c230.',
    )
    .nullish()
    .meta({ description: "A group to send the card to instead of the person's own chat." }),
}

/** The body of `POST /v1/sessions`. */
export const newSession = z
  .strictObject(askedOf)
  .meta({ description: 'Whom to ask, for what and why.' })

/** The body of `POST /v1/tokens`. */
export const tokenRequest = z
  .strictObject({
    ...askedOf,
    scopes: scopes.nullish().meta({
      description: 'The token has them all. When a card must ask, default: the scopes of the app.',
    }),
    min_validity: z
      .int()
      .min(0)
      .max(MAX_MIN_VALIDITY)
      .nullish()
      .meta({ description: MIN_VALIDITY_WORDS }),
    force_refresh: z
      .boolean()
      .nullish()
      .meta({ description: 'Refreshes although the stored token is fresh. Default false.' }),
    wait: z
      .int()
      .min(0)
      .max(MAX_WAIT)
      .nullish()
      .meta({
        description: `Seconds to wait for the person, 0 to ${MAX_WAIT}. The answer comes as soon as they decide. Default 0.`,
      }),
  })
  .meta({ description: 'Whose token is needed, and how to ask for it when there is none.' })

/** The body of `POST /v1/tokens/{open_id}/refresh`; it may be left out. */
export const refreshRequest = z
  .strictObject({ app_id: appId.nullish() })
  .meta({ description: 'Which app; it may as well stand in the query.' })

/** The query of `GET /v1/sessions`. */
export const sessionFilter = z.strictObject({
  open_id: openId.optional(),
  app_id: appId.optional(),
  state: z
    .enum(SESSION_STATES)
    .optional()
    .meta({ description: `One of ${SESSION_STATES.join(', ')}.` }),
  cursor: z
    .string()
    .max(256)
    .optional()
    .meta({ description: 'The next_cursor of the page before; opaque.' }),
  limit: integerInQuery(1, 100, 'Sessions on a page, 1 to 100. Default 50.').optional(),
})

/** The query of `GET /v1/sessions/{session_id}`. */
export const sessionWait = z.strictObject({
  wait: integerInQuery(
    0,
    MAX_WAIT,
    'Seconds to wait for the end, 0 to 60. The answer comes as soon as the session ends.',
  ).optional(),
})

/** The query of `GET /v1/tokens/{open_id}`. */
export const tokenQuery = z.strictObject({
  app_id: appId.optional(),
  scopes: scopesInQuery.optional(),
  min_validity: integerInQuery(0, MAX_MIN_VALIDITY, MIN_VALIDITY_WORDS).optional(),
})

/** The query of calls that only need to know which app. */
export const appQuery = z.strictObject({ app_id: appId.optional() })

/** The path of `/v1/sessions/{session_id}`. */
export const sessionPath = z.object({
  session_id: z.string().regex(/^[\w-]{1,64}$/, 'Must be the session_id of an earlier answer.'),
})

/** The path of `/v1/tokens/{open_id}` and what lies below. */
export const tokenPath = z.object({ open_id: openId })

/** Nothing is asked in the query. */
export const noQuery = z.strictObject({})

const instant = z.string().meta({ format: 'date-time', description: 'RFC 3339, UTC.' })

/** A session as `/v1` shows it. */
export const sessionReply = z
  .object({
    session_id: z.string(),
    app_id: z.string(),
    open_id: z.string(),
    state: z.enum(SESSION_STATES),
    end_reason: z.enum(END_REASONS).nullable(),
    auth_method: z.enum(['websocket_card', 'device', 'web']),
    scopes: z.array(z.string()),
    granted_scopes: z.array(z.string()).nullable(),
    reason: z.string().nullable(),
    last_failure: z
      .object({ reason: z.string(), at: instant })
      .nullable()
      .meta({ description: 'What went wrong last, while the person can still try again.' }),
    card: z.object({
      message_id: z.string().nullable(),
      shows: z.enum(SESSION_STATES).nullable().meta({
        description: 'The state the card in chat tells of; null before it was sent.',
      }),
      look: z.string().nullable().meta({ description: 'Its look, such as asking or superseded.' }),
    }),
    created_at: instant,
    expires_at: instant,
    ended_at: instant.nullable(),
  })
  .meta({ description: 'One request for one person’s authorization of one app.' })

/** The session whose card waits for the person, instead of a token. */
export const waitingSession = sessionReply
  .extend({
    advice: z.string().nullable().meta({
      description:
        'What an operator can do so that the person need not be asked again: which switch of the developer console gives tokens that can be refreshed. Null where it is nobody’s fault.',
    }),
  })
  .meta({ description: 'The session whose card waits for the person; there is no token yet.' })

/** A page of sessions, newest first. */
export const sessionPage = z.object({
  sessions: z.array(sessionReply),
  next_cursor: z
    .string()
    .nullable()
    .meta({ description: 'Null on the last page; a page before it may be shorter than asked.' }),
})

/** A token, ready for an `Authorization` header. */
export const tokenReply = z.object({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_at: instant,
  scopes: z.array(z.string()),
  open_id: z.string(),
  app_id: z.string(),
})

/** An error (RFC 9457); further members depend on the code. */
export const problemReply = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: 'Stable; decide by it.' }),
    detail: z.string().meta({ description: 'For people.' }),
    request_id: z.string(),
  })
  .meta({ description: 'What went wrong (RFC 9457).' })
