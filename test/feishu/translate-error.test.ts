import { AxiosError } from 'axios'
import { describe, expect, it } from 'vitest'
import { CardGoneError } from '../../src/errors.ts'
import { translateError } from '../../src/feishu/translate-error.ts'
import { WireError, type WireFacts } from '../../src/feishu/wire-error.ts'

const wire = (facts: Partial<WireFacts>) =>
  new WireError({ apiName: 'exchange_code', failure: 'refused', ...facts })

describe('translateError', () => {
  it.each([
    ['timeout', 'upstream_timeout'],
    ['network', 'network'],
    ['unreadable', 'upstream_5xx'],
  ] as const)('takes %s for Feishu being unavailable', (failure, reason) => {
    const error = translateError(wire({ failure }), 'exchange')
    expect(error).toMatchObject({ code: 'feishu_unavailable', reason })
  })

  it.each([
    ['invalid_grant', 'authorization_code_used'],
    ['invalid_client', 'app_misconfigured'],
    ['unauthorized_client', 'app_misconfigured'],
    ['invalid_scope', 'app_misconfigured'],
    ['invalid_request', 'app_misconfigured'],
    ['unsupported_grant_type', 'app_misconfigured'],
    ['access_denied', 'person_not_allowed'],
    ['server_error', 'feishu_unavailable'],
    ['temporarily_unavailable', 'feishu_unavailable'],
    ['slow_down', 'feishu_unavailable'],
    ['something_new', 'feishu_unavailable'],
  ])('falls back on the OAuth error %s when there is no code', (oauthError, code) => {
    expect(translateError(wire({ oauthError, status: 400 }), 'exchange').code).toBe(code)
  })

  it('decides on the code, not on the OAuth error', () => {
    const error = translateError(
      wire({ feishuCode: 20004, oauthError: 'invalid_grant' }),
      'exchange',
    )
    expect(error.code).toBe('authorization_code_expired')
  })

  it('hands on how long to wait, in whole seconds and at least one', () => {
    const slow = wire({ status: 429, retryAfterSeconds: 52.2 })
    expect(translateError(slow, 'create')).toMatchObject({
      reason: 'rate_limited',
      retryAfterSeconds: 53,
    })
    const now = wire({ status: 429, retryAfterSeconds: 0 })
    expect(translateError(now, 'create')).toMatchObject({ retryAfterSeconds: 1 })
  })

  it('leaves typed errors alone', () => {
    const gone = new CardGoneError()
    expect(translateError(gone, 'patch')).toBe(gone)
  })

  it('keeps nothing of a foreign error, which may hold tokens', () => {
    const foreign = new AxiosError('request failed', 'ERR', {
      headers: {},
      data: 'app_secret=canary',
    } as never)
    const error = translateError(foreign, 'exchange')
    expect(error).toMatchObject({ code: 'feishu_unavailable', reason: 'upstream_5xx' })
    expect(error.cause).toBeUndefined()
  })

  it('says what happened and what to do next', () => {
    expect(translateError(wire({ feishuCode: 20002 }), 'exchange').message).toBe(
      'The app secret is wrong. Copy it from the console again. (Feishu 20002)',
    )
  })
})
