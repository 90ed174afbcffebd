import { describe, expect, it } from 'vitest'
import { AppMisconfiguredError, StoreUnavailableError } from '../../src/errors.ts'
import { createLogger } from '../../src/observability/logger.ts'

const OWN_SECRET = 'Zk3vQ0mXw9bN5rT7yU1iO2pA4sD6fG8hJ-_KlCvBn0x'
const U_TOKEN = 'u-CANARYabcdefghijklmnop.1234'

describe('createLogger', () => {
  it('writes one JSON object a line', () => {
    const { log, lines } = recorder()
    log('info', 'session_created', { session_id: 'a-b', seconds: 1.5 })
    log('warn', 'session_expired', {})
    expect(lines).toHaveLength(2)
    expect(lines[0]?.endsWith('\n')).toBe(true)
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      event: 'session_created',
      session_id: 'a-b',
      seconds: 1.5,
    })
  })

  it('keeps quiet below its level', () => {
    const { log, lines } = recorder({ level: 'warn' })
    log('info', 'http_request', {})
    log('error', 'http_error', {})
    expect(lines).toHaveLength(1)
    const silent = recorder({ level: 'silent' })
    silent.log('error', 'http_error', {})
    expect(silent.lines).toEqual([])
  })

  it('never lets a field stand in for the level, the time or the event', () => {
    const { log, lines } = recorder()
    log('info', 'http_request', { level: 'l', time: 't', event: 'e' })
    expect(lines[0]?.match(/"(?:level|time|event)":/g)).toHaveLength(3)
    expect(read(lines)).toMatchObject({
      level: 'info',
      event: 'http_request',
      level_: 'l',
      time_: 't',
      event_: 'e',
    })
  })

  it('writes for a person when asked to', () => {
    const { log, lines } = recorder({ pretty: true })
    log('info', 'session_created', { app_id: 'cli_1', note: 'two words', list: [1] })
    expect(lines[0]).toMatch(
      /^\d\d:\d\d:\d\d info {2}session_created app_id=cli_1 note="two words" list=\[1\]\n$/,
    )
  })
})

describe('redaction by name', () => {
  it.each([
    'token',
    'accessToken',
    'access_token',
    'ACCESS-TOKEN',
    'accesstoken',
    'refreshTokens',
    'app_secret',
    'clientSecret',
    'code',
    'device_code',
    'state',
    'oauthState',
    'codeVerifier',
    'authorization',
    'Authorization',
    'cookie',
    'set-cookie',
    'ticket',
    'sealedTicket',
    'app_ticket',
    'password',
    'apiKey',
    'api_key',
    'encryptionKeys',
    'x-api-key',
    'credentials',
  ])('masks %s, at any depth and whatever it holds', (name) => {
    const { log, lines } = recorder()
    log('info', 'http_request', {
      [name]: 'CANARY',
      nested: [{ deeper: { [name]: ['CANARY'] } }, new Map([[name, 'CANARY']])],
      object: { [name]: { inner: 'CANARY' } },
    })
    expect(lines.join()).not.toContain('CANARY')
    expect(read(lines)).toHaveProperty([name], '***')
  })

  it('keeps the facts whose names merely look like secrets', () => {
    const facts = {
      code: 'session_not_found',
      feishu_code: 20_003,
      status_code: 200,
      state: 'pending',
      session_state: 'completed',
      key_id: 'k1',
      token_type: 'Bearer',
      token_count: 3,
      api_name: 'send_card',
      author: 'somebody',
      errno: { code: 'ECONNREFUSED' },
    }
    const { log, lines } = recorder()
    log('info', 'http_request', facts)
    expect(read(lines)).toMatchObject(facts)
  })
})

describe('redaction by value', () => {
  it.each([
    ['a user token', `got ${U_TOKEN}!`],
    ['a tenant token', 't-CANARYabcdefgh'],
    ['a refresh token', '{"x":"ur-CANARYabcdefgh"}'],
    ['a JSON web token', 'eyJhbGciOiJIUzI1NiJ9.CANARY.sig'],
    ['a key of the database', `no caller fca_${'CANARY'.padEnd(43, 'x')} is known`],
    ['a secret of webhooks', `whsec_${Buffer.from('x'.repeat(32)).toString('base64')}CANARY=`],
    ['the shortest secret of webhooks', `whsec_${'CANARY'.padEnd(32, 'x')}`],
    ['a bearer header', 'authorization: Bearer CANARY-abc'],
    ['basic authentication', 'Basic Q0FOQVJZ:CANARY'],
    ['a query', 'GET /callback?code=CANARY&state=CANARY2 failed'],
    ['a full URL', 'https://example.com/x?y=CANARY#z=CANARY'],
    ['a URL with a password', 'postgres://user:CANARY@localhost:5432/auth'],
    ['a form body', 'code=CANARY&grant_type=authorization_code'],
    ['JSON', '{"access_token":"CANARY","code":"CANARY"}'],
    ['JSON in JSON', '"{\\"refresh_token\\":\\"CANARY\\"}"'],
    ['a header line', 'cookie: CANARY'],
    ['a pair', 'client_secret = CANARY'],
  ])('masks %s', (_what, text) => {
    const { log, lines } = recorder()
    log('info', 'http_request', {
      detail: text,
      list: [text],
      deep: { detail: text },
      error: new Error(text),
    })
    expect(lines.join()).not.toContain('CANARY')
  })

  it('masks our own one-time secrets wherever they stand', () => {
    const { log, lines } = recorder()
    log('info', 'http_request', {
      path: `/auth/${OWN_SECRET}`,
      [OWN_SECRET]: 1,
      url: new URL(`http://x/${OWN_SECRET}`),
    })
    expect(lines.join()).not.toContain(OWN_SECRET)
    expect(read(lines)).toHaveProperty('path', '/auth/***')
  })

  it('masks configured secrets in every spelling', () => {
    const secret = 'pass/"word+1'
    const { log, lines } = recorder({ secrets: [secret, 'pass/"word+1-longer'] })
    const spelled = [
      secret,
      `${secret}-longer`,
      encodeURIComponent(secret),
      JSON.stringify(secret),
      Buffer.from(secret).toString('base64'),
    ]
    log('info', 'http_request', { spelled, detail: `a ${secret} b`, error: new Error(secret) })
    expect(lines.join()).not.toMatch(/word|longer|cGFzcy/)
  })

  it('leaves ordinary text alone', () => {
    const texts = [
      'The card can no longer be changed: it is too old, recalled or deleted.',
      'session 018f6a3e-7c1d-7b3e-9a55-0d4c5b6a7f80 of cli_a1b2c3d4e5f60718',
      '2026081012345678901234567890ABCDEF012345',
      'code: 20003',
      'TOKEN_ENCRYPTION_KEYS: is not set. Make one with: npx feishu-card-auth keys generate',
      'GET /auth/{ticket} 302',
      'websocket-a-reconnect',
    ]
    const { log, lines } = recorder()
    log('info', 'http_request', { texts })
    expect(read(lines)).toMatchObject({ texts })
  })

  it('survives whatever it is given', () => {
    const circle: Record<string, unknown> = { name: 'circle' }
    circle.self = circle
    const { log, lines } = recorder()
    log('info', 'http_request', {
      circle,
      big: 10n,
      bytes: Buffer.from('CANARY'),
      never: undefined,
      work: () => 'CANARY',
      at: new Date('2026-01-02T03:04:05Z'),
      bad: new Date(Number.NaN),
      set: new Set(['a']),
      deep: { a: { b: { c: { d: { e: { f: { g: 'CANARY' } } } } } } },
    })
    expect(lines.join()).not.toContain('CANARY')
    expect(read(lines)).toMatchObject({
      circle: { name: 'circle', self: '[circular]' },
      big: '10',
      bytes: '[bytes]',
      at: '2026-01-02T03:04:05.000Z',
      bad: null,
      set: ['a'],
    })
  })
})

describe('errors', () => {
  it('writes the facts of our errors and their causes, without extras', () => {
    const wire = Object.assign(new Error('Request failed with status code 400'), {
      code: 'ERR_BAD_REQUEST',
      config: { headers: { authorization: 'CANARY' }, data: 'CANARY' },
      response: { data: 'CANARY' },
    })
    const error = new AppMisconfiguredError('bad_client', 'The app secret is wrong.', {
      feishuCode: 20_002,
      logId: '2026ABC',
      cause: wire,
    })
    const { log, lines } = recorder()
    log('error', 'attempt_failed', { error })
    expect(read(lines)).toHaveProperty('error', {
      name: 'AppMisconfiguredError',
      code: 'app_misconfigured',
      message: 'The app secret is wrong.',
      feishuCode: 20_002,
      logId: '2026ABC',
      causes: [
        {
          name: 'Error',
          code: 'ERR_BAD_REQUEST',
          message: 'Request failed with status code 400',
        },
      ],
    })
    expect(lines.join()).not.toContain('CANARY')
  })

  it('tells where a foreign error came from, and no OAuth code it carries', () => {
    const { log, lines } = recorder()
    log('error', 'http_request', {
      error: Object.assign(new TypeError('no'), { code: 'CANARYabc123' }),
    })
    const { error } = read(lines)
    expect(error).toMatchObject({ name: 'TypeError', message: 'no' })
    expect(error).toHaveProperty('stack.0', expect.stringContaining('logger.test.ts'))
    expect(error).not.toHaveProperty('code')
    expect(lines.join()).not.toContain('CANARY')
  })

  it('leaves out the values of a failed statement', () => {
    const cause = new Error('Failed query: update sessions set x = ?\nparams: CANARY,CANARY')
    const { log, lines } = recorder()
    log('error', 'http_request', { error: new StoreUnavailableError('move', cause) })
    expect(lines.join()).toContain('Failed query')
    expect(lines.join()).not.toContain('CANARY')
  })

  it('ends a circle of causes', () => {
    const one = new Error('one')
    one.cause = new Error('two', { cause: one })
    const { log, lines } = recorder()
    log('error', 'http_request', { error: one })
    expect(lines).toHaveLength(1)
  })
})

function recorder(options: Partial<Omit<Parameters<typeof createLogger>[0], 'stream'>> = {}): {
  log: ReturnType<typeof createLogger>
  lines: string[]
} {
  const lines: string[] = []
  const stream = { write: (line: string) => lines.push(line) }
  return { log: createLogger({ level: 'debug', ...options, stream }), lines }
}

function read(lines: readonly string[]): Record<string, unknown> {
  return JSON.parse(lines[0] ?? '')
}
