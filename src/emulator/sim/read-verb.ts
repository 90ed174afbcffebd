import type { EmulatedApp, EmulatedPerson } from '../cast.ts'
import type { Fault } from '../faults.ts'
import type { WithdrawnTokens } from '../oauth/oauth-ledger.ts'
import { REVOKE_REASONS, type WithdrawalReason } from '../oauth/revoke-tokens.ts'
import type { ButtonChoice } from './sim.ts'
import { SimError } from './sim-error.ts'

type Body = Record<string, unknown>

/** Reads the snake_case bodies of the `/sim` routes into the arguments of the verbs. */
export const readers = {
  say: (body: Body) => ({
    openId: text(body, 'open_id'),
    text: text(body, 'text'),
    ...optionally('chatId', maybe(body, 'chat_id', isString)),
  }),
  person: (body: Body) => ({ openId: text(body, 'open_id') }),
  revoke: (body: Body) => ({
    openId: text(body, 'open_id'),
    ...optionally('tokens', maybe(body, 'tokens', isWithdrawnTokens)),
    ...optionally('reason', maybe(body, 'reason', isWithdrawalReason)),
  }),
  click: (body: Body) => ({
    messageId: text(body, 'message_id'),
    openId: text(body, 'open_id'),
    button: buttonChoice(body.button),
  }),
  approve: (body: Body) => ({
    authorizeUrl: text(body, 'authorize_url'),
    openId: text(body, 'open_id'),
    ...optionally('scopes', maybe(body, 'scopes', isStrings)),
  }),
  clock(body: Body): { seconds: number } | 'reset' {
    if (body.reset === true) return 'reset'
    return { seconds: need(body, 'advance_seconds', isNumber) }
  },
  drop: (body: Body) => optionally('halfOpen', maybe(body, 'half_open', isBoolean)),
  duplicate: (body: Body) => ({ times: maybe(body, 'times', isNumber) ?? 1 }),
  raw: (body: Body) => ({
    payload: body.payload,
    ...optionally('frameType', maybe(body, 'frame_type', isFrameType)),
  }),
  fault: (body: Body): Fault => ({
    match: text(body, 'match'),
    ...optionally('status', maybe(body, 'status', isStatus)),
    ...optionally('code', maybe(body, 'code', isNumber)),
    ...optionally('body', body.body),
    ...optionally('contentType', maybe(body, 'content_type', isString)),
    ...optionally('headers', maybe(body, 'headers', isHeaders)),
    ...optionally('delayMs', maybe(body, 'delay_ms', isNumber)),
    ...optionally('cut', maybe(body, 'cut', isCut)),
    ...optionally('times', maybe(body, 'times', isNumber)),
  }),
  personChange: (body: Body) => ({
    openId: text(body, 'open_id'),
    ...optionally('name', maybe(body, 'name', isString)),
    ...optionally('enName', maybe(body, 'en_name', isString)),
    ...optionally('locale', maybe(body, 'locale', isLocale)),
    ...optionally('status', maybe(body, 'status', isStatusOfPerson)),
    ...optionally('available', maybe(body, 'available', isBoolean)),
    ...optionally('tenantKey', maybe(body, 'tenant_key', isString)),
  }),
  appChange: (body: Body): Partial<EmulatedApp> => ({
    ...optionally('appId', maybe(body, 'app_id', isString)),
    ...optionally('appSecret', maybe(body, 'app_secret', isString)),
    ...optionally('name', maybe(body, 'name', isString)),
    ...optionally('redirectUris', maybe(body, 'redirect_uris', isStrings)),
    ...optionally('scopes', maybe(body, 'scopes', isStrings)),
    ...optionally('refreshAllowed', maybe(body, 'refresh_allowed', isBoolean)),
    ...optionally('enabled', maybe(body, 'enabled', isBoolean)),
    ...optionally('installed', maybe(body, 'installed', isBoolean)),
    ...optionally('botEnabled', maybe(body, 'bot_enabled', isBoolean)),
    ...optionally('botStatus', maybe(body, 'bot_status', isNumber)),
    ...optionally('isPublished', maybe(body, 'is_published', isBoolean)),
    ...optionally('isWaiting', maybe(body, 'is_waiting', isBoolean)),
    ...optionally('cardCallback', maybe(body, 'card_callback', isCardCallback)),
  }),
  hints: (body: Body) => optionally('curl', maybe(body, 'curl', isString)),
}

function buttonChoice(value: unknown): ButtonChoice {
  if (isObject(value)) {
    const { index, text: words, value: forged } = value
    if (isNumber(index)) return { index }
    if (isString(words)) return { text: words }
    if (isObject(forged)) return { value: forged }
  }
  throw new SimError('invalid_body', 'button must be {index}, {text} or {value}')
}

function text(body: Body, name: string): string {
  return need(body, name, isString)
}

function need<T>(body: Body, name: string, isRight: (value: unknown) => value is T): T {
  const value = maybe(body, name, isRight)
  if (value === undefined) throw new SimError('invalid_body', `${name} is missing`)
  return value
}

function maybe<T>(
  body: Body,
  name: string,
  isRight: (value: unknown) => value is T,
): T | undefined {
  const value = body[name]
  if (value === undefined || value === null) return undefined
  if (isRight(value)) return value
  throw new SimError('invalid_body', `${name} has the wrong type or value`)
}

/** Leaves a key out instead of setting it to undefined. */
function optionally<K extends string, T>(key: K, value: T | undefined): { [P in K]?: T } {
  const pair: { [P in K]?: T } = {}
  if (value !== undefined) pair[key] = value
  return pair
}

const isString = (value: unknown): value is string => typeof value === 'string'
const isNumber = (value: unknown): value is number => Number.isFinite(value)
const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean'
const isStrings = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every(isString)
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isHeaders = (value: unknown): value is Record<string, string> =>
  isObject(value) && Object.values(value).every(isString)
const isStatus = (value: unknown): value is number =>
  isNumber(value) && Number.isInteger(value) && value >= 200 && value <= 599
const isCut = (value: unknown): value is 'before' | 'after' =>
  value === 'before' || value === 'after'
const isFrameType = (value: unknown): value is 'event' | 'card' =>
  value === 'event' || value === 'card'
const isLocale = (value: unknown): value is EmulatedPerson['locale'] =>
  value === 'zh_cn' || value === 'en_us' || value === 'ja_jp'
const isCardCallback = (value: unknown): value is EmulatedApp['cardCallback'] =>
  value === 'new' || value === 'old'
const isWithdrawnTokens = (value: unknown): value is WithdrawnTokens =>
  value === 'access' || value === 'refresh' || value === 'both'
const isWithdrawalReason = (value: unknown): value is WithdrawalReason =>
  isString(value) && Object.hasOwn(REVOKE_REASONS, value)
const isStatusOfPerson = (value: unknown): value is EmulatedPerson['status'] =>
  value === 'active' || value === 'frozen' || value === 'resigned'
