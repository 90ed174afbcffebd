import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { NEVER_AHEAD } from '../src/auth/ask-ahead.ts'
import { generateKey } from '../src/auth/token-cipher.ts'
import { type CardAuthOptions, readCardAuthOptions } from '../src/card-auth-options.ts'
import { ConfigurationError, createCardAuth } from '../src/index.ts'
import { SECRET } from './webhooks/receiver.ts'

const GOOD: CardAuthOptions = {
  appId: 'cli_0123456789abcdef',
  appSecret: 'secret',
  redirectUri: 'https://bot.example.com/callback',
  encryptionKeys: generateKey(),
  database: 'file::memory:',
}

describe('the options of a bot', () => {
  it('are those of the service, by default', () => {
    expect(readCardAuthOptions(GOOD)).toMatchObject({
      brand: 'feishu',
      scopes: ['offline_access'],
      refreshThreshold: 0.1,
      sessionSeconds: 600,
      retentionDays: 30,
      ahead: NEVER_AHEAD,
      webhook: null,
    })
  })

  it('are taken as they are given', () => {
    const given = {
      brand: 'lark',
      scopes: ['a:b', 'c:d'],
      refreshThreshold: 0.25,
      sessionTtlSeconds: 1_209_600,
      sessionRetentionDays: 1,
      webhook: { url: 'https://hooks.example.com/', secrets: [SECRET] },
    } as const
    expect(readCardAuthOptions({ ...GOOD, ...given })).toMatchObject({
      brand: 'lark',
      scopes: ['a:b', 'c:d'],
      refreshThreshold: 0.25,
      sessionSeconds: 1_209_600,
      retentionDays: 1,
      webhook: { url: 'https://hooks.example.com/', secrets: [SECRET], allowedHosts: [] },
    })
  })

  it.each<[string, Partial<CardAuthOptions>]>([
    ['appId', { appId: 'x' }],
    ['appSecret', { appSecret: '' }],
    ['redirectUri', { redirectUri: 'nonsense' }],
    ['redirectUri', { redirectUri: 'http://bot.example.com/callback' }],
    ['redirectUri', { redirectUri: '' }],
    ['encryptionKeys', { encryptionKeys: 'k1:c2hvcnQ=' }],
    ['database', { database: 'mysql://localhost/auth' }],
    ['database', { database: '' }],
    ['brand', { brand: 'dingtalk' as 'lark' }],
    ['scopes', { scopes: [] }],
    ['scopes', { scopes: ['a"b'] }],
    ['refreshThreshold', { refreshThreshold: 7 }],
    ['refreshThreshold', { refreshThreshold: 0 }],
    ['refreshThreshold', { refreshThreshold: Number.NaN }],
    ['sessionTtlSeconds', { sessionTtlSeconds: -5 }],
    ['sessionTtlSeconds', { sessionTtlSeconds: 0.5 }],
    ['sessionTtlSeconds', { sessionTtlSeconds: Number.POSITIVE_INFINITY }],
    ['sessionRetentionDays', { sessionRetentionDays: Number.NaN }],
    ['audit', { audit: 'loose' as 'off' }],
    ['apiBaseUrl', { apiBaseUrl: 'http://feishu.example.com' }],
    ['accountsBaseUrl', { accountsBaseUrl: 'feishu' }],
    ['reauthorize.aheadDays', { reauthorize: { aheadDays: 91 } }],
    ['reauthorize.aheadDays', { reauthorize: { aheadDays: 1.5 } }],
    ['reauthorize.quietHours', { reauthorize: { aheadDays: 7, quietHours: 'at night' } }],
    ['reauthorize.timeZone', { reauthorize: { aheadDays: 7, timeZone: 'Asia/Beijing' } }],
    ['webhook.url', { webhook: { url: '', secrets: [SECRET] } }],
    ['webhook.secrets', { webhook: { url: 'https://hooks.example.com/', secrets: [] } }],
  ])('are refused for %s alone: %o', (name, wrong) => {
    expect(faultsOf({ ...GOOD, ...wrong })).toEqual([
      { name, problem: expect.any(String), fix: expect.any(String) },
    ])
  })

  it('are refused with everything that is wrong at once, and no secret among it', () => {
    const wrong = { appId: 'x', appSecret: '', sessionTtlSeconds: -5, redirectUri: 'nonsense' }
    const encryptionKeys = 'k1:canary'
    const faults = faultsOf({ ...GOOD, ...wrong, encryptionKeys })
    expect(faults.map(({ name }) => name).sort()).toEqual([
      ...['appId', 'appSecret', 'encryptionKeys', 'redirectUri', 'sessionTtlSeconds'],
    ])
    expect(JSON.stringify(faults)).not.toContain('canary')
    expect(JSON.stringify(faults)).not.toMatch(/[A-Z]+_[A-Z]+/)
  })

  it('open no database while they are wrong', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fca-options-'))
    const path = join(folder, 'auth.db')
    const refused = createCardAuth({ ...GOOD, database: `file:${path}`, redirectUri: 'nonsense' })
    await expect(refused).rejects.toThrow(ConfigurationError)
    expect(existsSync(path)).toBe(false)
    rmSync(folder, { recursive: true })
  })

  it('have quiet hours of their own, or the night of Shanghai', () => {
    const ahead = (reauthorize: CardAuthOptions['reauthorize']) =>
      readCardAuthOptions({ ...GOOD, reauthorize }).ahead
    expect(ahead({ aheadDays: 7 })).toEqual({
      days: 7,
      quiet: { span: { from: 1260, to: 540 }, timeZone: 'Asia/Shanghai' },
    })
    const own = { aheadDays: 90, quietHours: '00:00-00:00', timeZone: 'Asia/Tokyo' }
    expect(ahead(own)).toEqual({
      days: 90,
      quiet: { span: { from: 0, to: 0 }, timeZone: 'Asia/Tokyo' },
    })
  })
})

function faultsOf(options: CardAuthOptions) {
  try {
    readCardAuthOptions(options)
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults
    throw error
  }
  return []
}
