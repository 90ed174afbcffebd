import { describe, expect, it } from 'vitest'
import {
  AppMisconfiguredError,
  AuthorizationCodeExpiredError,
  AuthorizationCodeUsedError,
  CardGoneError,
  FeishuUnavailableError,
  PersonNotAllowedError,
  PersonUnreachableError,
  PkceFailedError,
} from '../../src/errors.ts'
import type { Outcome, Place } from '../../src/feishu/error-codes/error-code-row.ts'
import {
  classOf,
  ERROR_CODES,
  isRateLimit,
  meaningOf,
} from '../../src/feishu/error-codes/error-codes.ts'
import { translateError } from '../../src/feishu/translate-error.ts'
import { WireError } from '../../src/feishu/wire-error.ts'

const PLACES = ['exchange', 'user_info', 'revoke', 'create', 'patch', 'other'] as const

const CLASS_OF_OUTCOME: Record<Outcome, abstract new (...facts: never[]) => Error> = {
  code_expired: AuthorizationCodeExpiredError,
  code_used: AuthorizationCodeUsedError,
  pkce_failed: PkceFailedError,
  person_not_allowed: PersonNotAllowedError,
  person_unreachable: PersonUnreachableError,
  card_gone: CardGoneError,
  upstream_5xx: FeishuUnavailableError,
  rate_limited: FeishuUnavailableError,
  redirect_uri_mismatch: AppMisconfiguredError,
  scope_not_enabled: AppMisconfiguredError,
  app_not_installed: AppMisconfiguredError,
  app_disabled: AppMisconfiguredError,
  bad_client: AppMisconfiguredError,
  card_undeliverable: AppMisconfiguredError,
}

function refusal(feishuCode: number): WireError {
  return new WireError({
    apiName: 'other',
    failure: 'refused',
    status: 400,
    feishuCode,
    logId: 'log-1',
  })
}

describe('the table of error codes', () => {
  it('names each code once', () => {
    const codes = ERROR_CODES.map(([code]) => code)
    expect(new Set(codes).size).toBe(codes.length)
  })

  it.each(ERROR_CODES.map((row) => [row[0], row] as const))(
    'turns %i into its typed error wherever it is met',
    (code, [, errorClass, becomes, says]) => {
      expect(classOf(code)).toBe(errorClass)
      expect(says).toMatch(/^[A-Z].*\.$/)
      expect(isRateLimit(code)).toBe(becomes === 'rate_limited')
      for (const place of PLACES) {
        const meaning = meaningOf(code, place)
        const error = translateError(refusal(code), place)
        expect(error).toBeInstanceOf(CLASS_OF_OUTCOME[meaning.becomes])
        expect(error).toMatchObject({ feishuCode: code, logId: 'log-1' })
        if ('reason' in error) expect(error.reason).toBe(meaning.becomes)
      }
    },
  )

  it('ends a card or a code only for codes that are terminal, a person or a rule', () => {
    const ending: readonly Outcome[] = ['card_gone', 'code_used', 'code_expired', 'pkce_failed']
    for (const [code, errorClass, becomes] of ERROR_CODES) {
      if (ending.includes(becomes)) expect([code, errorClass]).toEqual([code, 'terminal'])
    }
  })

  it('never takes an app-wide, transient or token code for the end of something', () => {
    const harmless: readonly string[] = ['app_wide', 'transient', 'token', 'drift']
    for (const [code, errorClass] of ERROR_CODES) {
      if (!harmless.includes(errorClass)) continue
      for (const place of PLACES) {
        const { becomes } = meaningOf(code, place)
        expect([code, place, becomes]).not.toContain('card_gone')
        expect([code, place, becomes]).not.toContain('person_unreachable')
        expect([code, place, becomes]).not.toContain('code_used')
      }
    }
  })

  // The documented handling, spelled out apart from the table: a slip in a row shows here.
  const DOCUMENTED: readonly [number, Place, Outcome][] = [
    [20002, 'exchange', 'bad_client'],
    [20003, 'exchange', 'code_used'],
    [20004, 'exchange', 'code_expired'],
    [20009, 'exchange', 'app_not_installed'],
    [20010, 'exchange', 'person_not_allowed'],
    [20049, 'exchange', 'pkce_failed'],
    [20050, 'exchange', 'upstream_5xx'],
    [20065, 'exchange', 'code_used'],
    [20068, 'exchange', 'scope_not_enabled'],
    [20069, 'exchange', 'app_disabled'],
    [20071, 'exchange', 'redirect_uri_mismatch'],
    [20072, 'exchange', 'upstream_5xx'],
    [20008, 'user_info', 'person_not_allowed'],
    [20021, 'user_info', 'person_not_allowed'],
    [230002, 'create', 'card_undeliverable'],
    [230006, 'create', 'card_undeliverable'],
    [230013, 'create', 'person_unreachable'],
    [230013, 'patch', 'card_undeliverable'],
    [230029, 'create', 'person_unreachable'],
    [230029, 'patch', 'card_gone'],
    [230034, 'create', 'person_unreachable'],
    [230053, 'create', 'person_unreachable'],
    [230011, 'patch', 'card_gone'],
    [230031, 'patch', 'card_gone'],
    [230110, 'patch', 'card_gone'],
    [231003, 'patch', 'card_gone'],
    [232009, 'patch', 'card_gone'],
    [232009, 'create', 'person_unreachable'],
    [230020, 'patch', 'rate_limited'],
    [11232, 'create', 'rate_limited'],
    [99991400, 'create', 'rate_limited'],
    [99991672, 'create', 'scope_not_enabled'],
    [1000040345, 'other', 'bad_client'],
  ]
  it.each(DOCUMENTED)('takes %i at %s for %s', (code, place, becomes) => {
    expect(meaningOf(code, place).becomes).toBe(becomes)
  })

  it('takes an unknown code for passing trouble, and keeps it for the log', () => {
    expect(classOf(123456)).toBe('unknown')
    expect(translateError(refusal(123456), 'patch')).toMatchObject({
      code: 'feishu_unavailable',
      reason: 'upstream_5xx',
      feishuCode: 123456,
      logId: 'log-1',
    })
  })
})
