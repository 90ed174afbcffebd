import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { generateKey } from '../src/auth/token-cipher.ts'
import { FIXES } from '../src/config/config-fixes.ts'
import { variableName } from '../src/config/config-schema.ts'
import { SECRET_VARIABLES } from '../src/config/config-secrets.ts'
import { loadConfig, secretsOf } from '../src/config.ts'
import { ConfigurationError, type ConfigurationFault } from '../src/errors.ts'

const KEY = generateKey()
const WEBHOOK_SECRET = `whsec_${'aaaa'.repeat(8)}`
const ENV = {
  FEISHU_APP_ID: 'cli_a1b2c3d4e5f60718',
  FEISHU_APP_SECRET: 'canary-app-secret',
  TOKEN_ENCRYPTION_KEYS: KEY,
}

describe('loadConfig', () => {
  it('fills in the documented defaults', () => {
    expect(loadConfig(ENV)).toEqual({
      apps: [
        {
          appId: 'cli_a1b2c3d4e5f60718',
          appSecret: 'canary-app-secret',
          brand: 'feishu',
          encryptKey: null,
          verificationToken: null,
          redirectUri: 'http://localhost:8000/callback',
          scopes: ['offline_access'],
        },
      ],
      endpoints: { apiBaseUrl: undefined, accountsBaseUrl: undefined, tokenUrl: undefined },
      authFlow: 'redirect',
      sessionTtlSeconds: 600,
      sessionRetentionDays: 30,
      reauthorize: { days: 0, quiet: { span: { from: 1260, to: 540 }, timeZone: 'Asia/Shanghai' } },
      tokenRefreshThreshold: 0.1,
      callbackServer: { host: '0.0.0.0', port: 8000 },
      trustedProxies: ['loopback'],
      shutdownDelaySeconds: 3,
      metricsServer: { host: '127.0.0.1', port: 9464 },
      metricsFormat: 'prometheus',
      cardCallback: 'long_connection',
      requiresLongConnection: false,
      databaseUrl: 'file:./data/auth.db',
      encryptionKeys: [
        { id: KEY.split(':')[0], key: Buffer.from(KEY.split(':')[1] ?? '', 'base64') },
      ],
      apiKeys: [],
      auditMode: 'batched',
      webhook: null,
      doctorOpenIds: [],
      logLevel: 'info',
    })
  })

  it('reads every variable', () => {
    const config = loadConfig({
      ...ENV,
      FEISHU_BRAND: 'lark',
      FEISHU_API_BASE_URL: 'http://127.0.0.1:7777',
      FEISHU_ACCOUNTS_BASE_URL: 'https://accounts.example.com',
      FEISHU_TOKEN_URL: 'https://accounts.example.com/oauth/v3/token',
      OAUTH_REDIRECT_URI: 'https://auth.example.com/feishu/callback',
      OAUTH_SCOPES: 'offline_access, calendar:calendar:readonly offline_access',
      AUTH_SESSION_TTL_SECONDS: '60',
      AUTH_SESSION_RETENTION_DAYS: '1',
      REAUTHORIZE_AHEAD_DAYS: '7',
      REAUTHORIZE_QUIET_HOURS: '24:00 - 07:30',
      REAUTHORIZE_TIME_ZONE: 'Europe/Berlin',
      TOKEN_REFRESH_THRESHOLD: '.5',
      CALLBACK_SERVER_HOST: '::1',
      CALLBACK_SERVER_PORT: '0',
      TRUSTED_PROXIES: 'loopback, 10.42.0.0/16,fd00::/8, 192.0.2.1',
      SHUTDOWN_DELAY_SECONDS: '5',
      METRICS_HOST: '10.0.0.1',
      METRICS_PORT: '0',
      METRICS_FORMAT: 'openmetrics',
      CARD_CALLBACK: 'off',
      LONG_CONNECTION_REQUIRED: 'true',
      FEISHU_ENCRYPT_KEY: 'encrypt',
      FEISHU_VERIFICATION_TOKEN: 'verify',
      DATABASE_URL: 'postgres://user:pass@localhost/auth',
      API_KEYS: 'bot-1:0123456789abcdef,bot-2:with:colons-0123456',
      WEBHOOK_URL: 'https://hooks.example.com:8443/feishu?key=1',
      WEBHOOK_SECRETS: `${WEBHOOK_SECRET}, ${WEBHOOK_SECRET}`,
      WEBHOOK_ALLOWED_HOSTS: 'localhost, 10.0.0.0/8, fd00::/8, ::1',
      DOCTOR_OPEN_IDS: 'ou_1, ou_2',
      LOG_LEVEL: 'debug',
    })
    expect(config).toMatchObject({
      apps: [
        {
          brand: 'lark',
          encryptKey: 'encrypt',
          verificationToken: 'verify',
          redirectUri: 'https://auth.example.com/feishu/callback',
          scopes: ['offline_access', 'calendar:calendar:readonly'],
        },
      ],
      endpoints: {
        apiBaseUrl: 'http://127.0.0.1:7777',
        accountsBaseUrl: 'https://accounts.example.com',
        tokenUrl: 'https://accounts.example.com/oauth/v3/token',
      },
      sessionTtlSeconds: 60,
      sessionRetentionDays: 1,
      reauthorize: { days: 7, quiet: { span: { from: 0, to: 450 }, timeZone: 'Europe/Berlin' } },
      tokenRefreshThreshold: 0.5,
      callbackServer: { host: '::1', port: 0 },
      trustedProxies: ['loopback', '10.42.0.0/16', 'fd00::/8', '192.0.2.1'],
      shutdownDelaySeconds: 5,
      metricsServer: { host: '10.0.0.1', port: 0 },
      metricsFormat: 'openmetrics',
      cardCallback: 'off',
      requiresLongConnection: true,
      databaseUrl: 'postgres://user:pass@localhost/auth',
      apiKeys: [
        { name: 'bot-1', secret: '0123456789abcdef' },
        { name: 'bot-2', secret: 'with:colons-0123456' },
      ],
      webhook: {
        url: 'https://hooks.example.com:8443/feishu?key=1',
        secrets: [WEBHOOK_SECRET, WEBHOOK_SECRET],
        allowedHosts: ['localhost', '10.0.0.0/8', 'fd00::/8', '::1'],
      },
      doctorOpenIds: ['ou_1', 'ou_2'],
      logLevel: 'debug',
    })
  })

  it('wants secrets for a receiver, and lets secrets wait for one', () => {
    const url = { WEBHOOK_URL: 'https://hooks.example.com' }
    expect(faultsOf({ ...ENV, ...url })).toEqual([
      { name: 'WEBHOOK_SECRETS', problem: expect.any(String), fix: FIXES.WEBHOOK_SECRETS },
    ])
    expect(loadConfig({ ...ENV, WEBHOOK_SECRETS: WEBHOOK_SECRET }).webhook).toBeNull()
  })

  it('turns the servers off when told to', () => {
    const config = loadConfig({ ...ENV, METRICS_PORT: '', CALLBACK_SERVER_ENABLED: 'false' })
    expect(config.metricsServer).toBeNull()
    expect(config.callbackServer).toBeNull()
  })

  it('treats an empty variable as not set', () => {
    const blank = Object.fromEntries(
      variableName.options.filter((name) => name !== 'METRICS_PORT').map((name) => [name, ' ']),
    )
    expect(loadConfig({ ...blank, ...ENV })).toEqual(loadConfig(ENV))
  })

  it.each([
    ['FEISHU_APP_ID', 'cli_123', 'not cli_ and 16 hex digits'],
    ['FEISHU_BRAND', 'slack', 'neither feishu nor lark'],
    ['FEISHU_API_BASE_URL', 'http://open.feishu.cn', 'not an https:// address'],
    ['FEISHU_ACCOUNTS_BASE_URL', 'accounts.feishu.cn', 'not an https:// address'],
    ['FEISHU_TOKEN_URL', 'https://user:pass@example.com', 'not an https:// address'],
    ['OAUTH_REDIRECT_URI', 'http://auth.example.com/callback', 'not an https:// address'],
    ['OAUTH_REDIRECT_URI', '/callback', 'not an https:// address'],
    ['OAUTH_REDIRECT_URI', 'https://auth.example.com/callback#x', 'fragment'],
    ['OAUTH_SCOPES', ',', 'names no scope'],
    ['OAUTH_SCOPES', 'offline_access "all"', 'character'],
    ['AUTH_FLOW', 'device', 'later version'],
    ['AUTH_FLOW', 'implicit', 'not redirect'],
    ['AUTH_SESSION_TTL_SECONDS', '0', 'less than 1'],
    ['AUTH_SESSION_TTL_SECONDS', '1209601', 'more than 1209600'],
    ['AUTH_SESSION_RETENTION_DAYS', '1.5', 'not a whole number'],
    ['REAUTHORIZE_AHEAD_DAYS', '91', 'more than 90'],
    ['REAUTHORIZE_AHEAD_DAYS', 'a week', 'not a whole number'],
    ['REAUTHORIZE_QUIET_HOURS', '21:00', 'not a span'],
    ['REAUTHORIZE_QUIET_HOURS', '21:00-24:30', 'not a span'],
    ['REAUTHORIZE_QUIET_HOURS', '9pm-9am', 'not a span'],
    ['REAUTHORIZE_TIME_ZONE', 'Asia/Beijing', 'not the name of a time zone'],
    ['TOKEN_REFRESH_THRESHOLD', '1', 'not less than 1'],
    ['TOKEN_REFRESH_THRESHOLD', '10%', 'not a number'],
    ['CALLBACK_SERVER_ENABLED', 'perhaps', 'neither true nor false'],
    ['CALLBACK_SERVER_PORT', '65536', 'more than 65535'],
    ['SHUTDOWN_DELAY_SECONDS', '11', 'is more than 10'],
    ['TRUSTED_PROXIES', 'true', 'entry 1 is neither loopback nor an address'],
    ['TRUSTED_PROXIES', '1', 'entry 1 is neither loopback nor an address'],
    ['TRUSTED_PROXIES', 'loopback, proxy.internal', 'entry 2 is neither loopback nor an address'],
    ['TRUSTED_PROXIES', '10.0.0.0/33', 'entry 1 is neither loopback nor an address'],
    ['TRUSTED_PROXIES', '10.0.0.0/8, 0.0.0.0/0', 'entry 2 would believe everybody'],
    ['TRUSTED_PROXIES', '::/00', 'entry 1 would believe everybody'],
    ['METRICS_PORT', '0x10', 'not a whole number'],
    ['METRICS_FORMAT', 'json', 'is neither prometheus nor openmetrics'],
    ['METRICS_PORT', '8000', 'is also CALLBACK_SERVER_PORT'],
    ['CARD_CALLBACK', 'http', 'later version'],
    ['CARD_CALLBACK', 'carrier_pigeon', 'neither long_connection nor off'],
    ['DATABASE_URL', 'mysql://localhost/auth', 'neither file:'],
    ['DATABASE_URL', 'postgres://user:%zz@localhost/auth', 'neither file:'],
    ['TOKEN_ENCRYPTION_KEYS', 'k1:short', 'key 1'],
    ['API_KEYS', 'bot', 'key 1 has no name'],
    ['API_KEYS', 'Bot:0123456789abcdef', 'key 1 has no name'],
    ['API_KEYS', 'bot:0123456789abcde', 'shorter than 16'],
    ['API_KEYS', 'bot:0123456789abcdef,bot:fedcba9876543210', 'key 2 has the same name'],
    ['API_KEYS', 'a:0123456789abcdef,b:0123456789abcdef', 'key 2 has the same secret'],
    ['WEBHOOK_URL', 'http://hooks.example.com', 'not an https:// address'],
    ['WEBHOOK_URL', 'https://user:pass@hooks.example.com', 'not an https:// address'],
    ['WEBHOOK_URL', 'https://hooks.example.com/#here', 'fragment'],
    ['WEBHOOK_SECRETS', 'whsec_c2hvcnQ=', 'secret 1 is not of 24 to 64 bytes'],
    ['WEBHOOK_SECRETS', `${WEBHOOK_SECRET},canary`, 'secret 2 is not whsec_ and base64'],
    ['WEBHOOK_ALLOWED_HOSTS', '10.0.0.0/8, 10.0.0.0/33', 'entry 2 is not a CIDR'],
    ['WEBHOOK_ALLOWED_HOSTS', '2130706433', 'entry 1 is no host name'],
    ['WEBHOOK_ALLOWED_HOSTS', 'https://hooks.internal', 'entry 1 is not a CIDR'],
    ['LOG_LEVEL', 'loud', 'not a log level'],
  ])('refuses %s=%s', (name, value, problem) => {
    const faults = faultsOf({ ...ENV, [name]: value })
    expect(faults).toContainEqual({
      name,
      problem: expect.stringContaining(problem),
      fix: expect.stringMatching(/./),
    })
    expect(new Set(faults.map((fault) => fault.name))).toEqual(new Set([name]))
  })

  it('tells how to make a key when there is none', () => {
    expect(faultsOf({ ...ENV, TOKEN_ENCRYPTION_KEYS: undefined })).toEqual([
      {
        name: 'TOKEN_ENCRYPTION_KEYS',
        problem: 'is not set',
        fix: 'Make one with: npx feishu-card-auth keys generate',
      },
    ])
  })

  it('reports every fault at once', () => {
    const faults = faultsOf({
      FEISHU_BRAND: 'x',
      OAUTH_REDIRECT_URI: 'x',
      CALLBACK_SERVER_PORT: 'x',
      METRICS_PORT: 'x',
      DATABASE_URL: 'x',
      API_KEYS: 'x',
      FEISHU_ENCRYPT_KEY_FILE: '/nowhere',
    })
    expect(new Set(faults.map(({ name }) => name))).toEqual(
      new Set([
        'FEISHU_APP_ID',
        'FEISHU_APP_SECRET',
        'FEISHU_BRAND',
        'OAUTH_REDIRECT_URI',
        'CALLBACK_SERVER_PORT',
        'METRICS_PORT',
        'DATABASE_URL',
        'API_KEYS',
        'TOKEN_ENCRYPTION_KEYS',
        'FEISHU_ENCRYPT_KEY_FILE',
      ]),
    )
  })

  it('never repeats a value, whatever is wrong with it', () => {
    const env = Object.fromEntries(variableName.options.map((name) => [name, `canary,${name}.:/`]))
    const message = messageOf(env, () => '[{"appId": "canary", "appSecret": 7, "brand": "canary"}]')
    expect(message).not.toContain('canary')
    const broken = messageOf({ ...ENV, FEISHU_APPS_FILE: 'apps.json' }, () => '[canary-not-json')
    expect(broken).not.toContain('canary')
  })
})

describe('secrets in files', () => {
  it.each(SECRET_VARIABLES)('reads %s from the file that its _FILE names', (name) => {
    const value = {
      TOKEN_ENCRYPTION_KEYS: KEY,
      API_KEYS: 'a:0123456789abcdef',
      DATABASE_URL: 'file:x',
      WEBHOOK_SECRETS: WEBHOOK_SECRET,
    }
    const secret = name in value ? value[name as keyof typeof value] : 'a-secret'
    const direct = loadConfig({ ...ENV, [name]: secret })
    const files = new Map([['/run/secrets/x', `${secret}\n`]])
    const fromFile = loadConfig(
      { ...ENV, [name]: '', [`${name}_FILE`]: '/run/secrets/x' },
      (path) => files.get(path) ?? '',
    )
    expect(fromFile).toEqual(direct)
  })

  it('says only that the file cannot be read, not also that the secret is missing', () => {
    const env = { ...ENV, FEISHU_APP_SECRET: undefined, FEISHU_APP_SECRET_FILE: '/no/such/file' }
    expect(faultsOf(env)).toEqual([
      {
        name: 'FEISHU_APP_SECRET_FILE',
        problem: 'names a file that cannot be read (ENOENT)',
        fix: 'Check the path and that this user may read the file.',
      },
    ])
  })

  it('refuses an empty file, and a variable beside its file', () => {
    const env = { ...ENV, FEISHU_APP_SECRET_FILE: '/a', API_KEYS_FILE: '/b' }
    expect(faultsOf(env, () => '\n').map(({ name, problem }) => [name, problem])).toEqual([
      ['FEISHU_APP_SECRET_FILE', 'is set together with FEISHU_APP_SECRET'],
      ['API_KEYS_FILE', 'names an empty file'],
    ])
  })
})

describe('FEISHU_APPS_FILE', () => {
  const FILE = { TOKEN_ENCRYPTION_KEYS: KEY, FEISHU_APPS_FILE: 'apps.json' }

  it('reads several apps, each with defaults from the environment', () => {
    const apps = [
      { appId: 'cli_000000000000000a', appSecret: 'one' },
      {
        appId: 'cli_000000000000000b',
        appSecret: 'two',
        brand: 'lark',
        encryptKey: 'e',
        verificationToken: 'v',
        redirectUri: 'https://b.example.com/callback',
        scopes: ['im:message', 'offline_access'],
      },
    ]
    const env = { ...FILE, OAUTH_SCOPES: 'contact:user.base:readonly' }
    expect(loadConfig(env, () => JSON.stringify(apps)).apps).toEqual([
      {
        appId: 'cli_000000000000000a',
        appSecret: 'one',
        brand: 'feishu',
        encryptKey: null,
        verificationToken: null,
        redirectUri: 'http://localhost:8000/callback',
        scopes: ['contact:user.base:readonly'],
      },
      apps[1],
    ])
  })

  it('reports everything wrong in it at once', () => {
    const apps = [
      { appId: 'cli_000000000000000a', appSecret: 'one' },
      { appId: 'cli_000000000000000a', appSecret: 'two' },
      { appId: 'nope', brand: 'x', scope: [] },
      'cli_000000000000000c',
    ]
    expect(faultsOf(FILE, () => JSON.stringify(apps)).map(({ problem }) => problem)).toEqual([
      'app 2: appId is the same as that of an earlier app',
      'app 3: appId is not cli_ and 16 hex digits',
      'app 3: appSecret is not set',
      'app 3: brand is neither feishu nor lark',
      'app 3 has a key that means nothing here: scope',
      'app 4 is not a JSON object',
    ])
  })

  it.each([
    ['[]', 'holds no list of apps'],
    ['{"appId": "x"}', 'holds no list of apps'],
    ['nonsense', 'is not valid JSON'],
  ])('refuses %s', (text, problem) => {
    expect(faultsOf(FILE, () => text).map((fault) => fault.problem)).toEqual([problem])
  })

  it('does not mix with the variables of a single app', () => {
    const file = () => '[{"appId": "cli_000000000000000a", "appSecret": "one"}]'
    expect(
      faultsOf({ ...ENV, FEISHU_APPS_FILE: 'apps.json' }, file).map(({ name }) => name),
    ).toEqual(['FEISHU_APP_ID', 'FEISHU_APP_SECRET'])
  })
})

describe('secretsOf', () => {
  it('lists every configured secret', () => {
    const config = loadConfig({
      ...ENV,
      FEISHU_ENCRYPT_KEY: 'canary-encrypt',
      FEISHU_VERIFICATION_TOKEN: 'canary-verify',
      API_KEYS: 'bot:canary-0123456789',
      DATABASE_URL: 'postgres://user:p%40ss@localhost/auth',
    })
    expect(new Set(secretsOf(config))).toEqual(
      new Set([
        'canary-app-secret',
        'canary-encrypt',
        'canary-verify',
        'canary-0123456789',
        KEY.split(':')[1],
        'p%40ss',
        'p@ss',
      ]),
    )
    expect(secretsOf(loadConfig(ENV))).toEqual(['canary-app-secret', KEY.split(':')[1]])
  })
})

describe('.env.example', () => {
  const lines = readFileSync(new URL('../.env.example', import.meta.url), 'utf8').split('\n')
  const assignments = lines.flatMap((line) => {
    const [, name, value = ''] = /^([A-Z_]+)=(.*)$/.exec(line) ?? []
    return name ? [[name, value] as const] : []
  })

  it('names exactly the variables that are read, in the same order', () => {
    expect(assignments.map(([name]) => name)).toEqual(variableName.options)
    expect(Object.keys(FIXES)).toEqual(variableName.options)
  })

  it('gives every variable a comment of its own', () => {
    for (const [index, line] of lines.entries()) {
      if (/^[A-Z_]+=/.test(line)) expect(lines[index - 1]).toMatch(/^# .+\.$|^# .+ keys generate$/)
    }
  })

  it('holds the defaults, so that copying it changes nothing', () => {
    expect(loadConfig({ ...Object.fromEntries(assignments), ...ENV })).toEqual(loadConfig(ENV))
  })
})

describe('docs/configuration.md', () => {
  it('has a row for every variable', () => {
    const page = readFileSync(new URL('../docs/configuration.md', import.meta.url), 'utf8')
    const rows = [...page.matchAll(/^\| `([A-Z_]+)`/gm)].map(([, name]) => name)
    expect(rows).toEqual(variableName.options)
  })
})

function faultsOf(
  env: Record<string, string | undefined>,
  readFile?: (path: string) => string,
): readonly ConfigurationFault[] {
  try {
    loadConfig(env, readFile)
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults
    throw error
  }
  throw new Error('no fault was found')
}

function messageOf(env: Record<string, string>, readFile: (path: string) => string): string {
  return faultsOf(env, readFile)
    .map(({ name, problem, fix }) => `${name}: ${problem}. ${fix}`)
    .join('\n')
}
