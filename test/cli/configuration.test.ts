import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { generateKey } from '../../src/auth/token-cipher.ts'
import { type FeishuEmulator, startFeishuEmulator } from '../../src/emulator/index.ts'
import { freePort } from '../support/free-port.ts'
import { run } from './command.ts'

// Each command is a process of its own, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

let cwd: string
let emulator: FeishuEmulator
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'card-auth-'))
  emulator = await startFeishuEmulator()
})
afterAll(async () => {
  await emulator.close()
  rmSync(cwd, { recursive: true })
})

/** Secrets that must never come back, in whatever spelling. */
const SECRETS = {
  FEISHU_APP_SECRET: 'canary-app-secret-8d1f',
  TOKEN_ENCRYPTION_KEYS: 'k1:canary-key-77aa',
  API_KEYS: 'bot:canary-short',
  DATABASE_URL: 'mysql://canary-user:canary-password@db/x',
}

async function workingEnvironment(): Promise<Record<string, string>> {
  return {
    FEISHU_APP_ID: emulator.app.appId,
    FEISHU_APP_SECRET: emulator.app.appSecret,
    FEISHU_API_BASE_URL: emulator.url,
    FEISHU_ACCOUNTS_BASE_URL: emulator.url,
    CALLBACK_SERVER_HOST: '127.0.0.1',
    CALLBACK_SERVER_PORT: String(await freePort()),
    METRICS_PORT: '0',
    DATABASE_URL: 'file::memory:',
    TOKEN_ENCRYPTION_KEYS: generateKey(),
  }
}

describe('serve with a configuration that', () => {
  it('is missing says everything that is needed, at once', async () => {
    const { code, out, err } = await run(['serve'], { cwd })
    expect(code).toBe(78)
    expect(out).toBe('')
    expect(err).toMatch(/The configuration has 3 faults:/)
    expect(err).toMatch(/FEISHU_APP_ID: is not set\. Copy the App ID from .+ developer console/)
    expect(err).toMatch(/FEISHU_APP_SECRET: is not set\. Copy the App Secret/)
    expect(err).toMatch(
      /TOKEN_ENCRYPTION_KEYS: is not set\. Make one with: npx feishu-card-auth keys generate/,
    )
    expect(err).not.toMatch(/^ {4}at /m)
  })

  it('is wrong everywhere names every fault with its fix, and repeats no secret', async () => {
    const { code, out, err } = await run(['serve'], {
      cwd,
      env: {
        ...SECRETS,
        FEISHU_APP_ID: 'cli_short',
        FEISHU_BRAND: 'dingtalk',
        FEISHU_API_BASE_URL: 'http://open.feishu.cn',
        OAUTH_REDIRECT_URI: 'https://bot.example/callback#x',
        OAUTH_SCOPES: 'a"b',
        AUTH_FLOW: 'device',
        AUTH_SESSION_TTL_SECONDS: '10 minutes',
        AUTH_SESSION_RETENTION_DAYS: '0',
        TOKEN_REFRESH_THRESHOLD: '2',
        CALLBACK_SERVER_ENABLED: 'perhaps',
        CALLBACK_SERVER_PORT: '70000',
        METRICS_PORT: 'x',
        CARD_CALLBACK: 'smoke signals',
        LOG_LEVEL: 'loud',
      },
    })
    expect(code).toBe(78)
    const faults = err.split('\n').filter((line) => line.startsWith('  '))
    const names = faults.map((line) => line.trim().split(':')[0])
    expect(names.sort()).toEqual(
      [
        'API_KEYS',
        'AUTH_FLOW',
        'AUTH_SESSION_RETENTION_DAYS',
        'AUTH_SESSION_TTL_SECONDS',
        'CALLBACK_SERVER_ENABLED',
        'CALLBACK_SERVER_PORT',
        'CARD_CALLBACK',
        'DATABASE_URL',
        'FEISHU_API_BASE_URL',
        'FEISHU_APP_ID',
        'FEISHU_BRAND',
        'LOG_LEVEL',
        'METRICS_PORT',
        'OAUTH_REDIRECT_URI',
        'OAUTH_SCOPES',
        'TOKEN_ENCRYPTION_KEYS',
        'TOKEN_REFRESH_THRESHOLD',
      ].sort(),
    )
    // Each fault is followed by what to do about it.
    for (const fault of faults) expect(fault).toMatch(/: .+\. [A-Z].+/)
    expect(out + err).not.toMatch(/canary/)
  })

  it('holds a wrong app secret says so in words, without a stack', async () => {
    const env = { ...(await workingEnvironment()), FEISHU_APP_SECRET: 'canary-wrong-secret-1' }
    const { code, out, err } = await run(['serve'], { cwd, env })
    expect(code).toBe(78)
    expect(err).toMatch(/app id or secret is wrong|app secret is wrong/i)
    expect(err).toMatch(/Copy/)
    expect(err).not.toMatch(/^ {4}at /m)
    expect(out + err).not.toMatch(/canary/)
    const started = out.split('\n').find((line) => line.includes('"start_failed"')) ?? '{}'
    expect(JSON.parse(started)).toMatchObject({
      level: 'error',
      error: { code: 'app_misconfigured' },
    })
  })

  it('has an address that is taken says which', async () => {
    const port = new URL(emulator.url).port
    const env = { ...(await workingEnvironment()), CALLBACK_SERVER_PORT: port }
    const { code, err } = await run(['serve'], { cwd, env })
    expect(code).toBe(78)
    expect(err).toMatch(/CALLBACK_SERVER_PORT: cannot listen on 127\.0\.0\.1:\d+ \(EADDRINUSE\)/)
  })

  it('has a database that cannot be opened says so', async () => {
    const file = join(cwd, 'a-file')
    writeFileSync(file, '')
    const env = { ...(await workingEnvironment()), DATABASE_URL: `file:${file}/auth.db` }
    const { code, err } = await run(['serve'], { cwd, env })
    expect(code).toBe(1)
    expect(err).toMatch(
      /^store_unavailable: The database failed during opening \(EEXIST\)\. Correct the path/m,
    )
    expect(err).not.toMatch(/^ {4}at /m)
  })
})
