import { describe, expect, it } from 'vitest'
import { createApps, publicLink } from '../../src/auth/apps.ts'
import { UnknownAppError } from '../../src/errors.ts'
import { APP } from '../support/domain.ts'

const OTHER = { ...APP, appId: 'cli_other' }

describe('the app that a caller means', () => {
  it('is the only one where they name none', () => {
    const apps = createApps([APP])
    expect(apps.resolve()).toBe(APP)
    expect(apps.resolve(null)).toBe(APP)
    expect(apps.resolve('')).toBe(APP)
  })

  it('is the one they name', () => {
    const apps = createApps([APP, OTHER])
    expect(apps.all).toEqual([APP, OTHER])
    expect(apps.resolve(OTHER.appId)).toBe(OTHER)
    expect(apps.resolve(APP.appId)).toBe(APP)
  })

  it('is unknown where there are several and they name none', () => {
    const apps = createApps([APP, OTHER])
    expect(() => apps.resolve()).toThrow(UnknownAppError)
    expect(() => apps.resolve()).toThrow('app_id')
  })

  it('is unknown where nobody has configured it, and named in the error', () => {
    const apps = createApps([APP])
    expect(() => apps.resolve('cli_nobody')).toThrow(UnknownAppError)
    expect(() => apps.resolve('cli_nobody')).toThrow('cli_nobody')
  })
})

it.each([
  ['https://bot.example/callback', 'auth/x', 'https://bot.example/auth/x'],
  ['https://bot.example/auth-bot/callback', 'auth/x', 'https://bot.example/auth-bot/auth/x'],
  ['https://bot.example/a/b/callback?tenant=1#top', '', 'https://bot.example/a/b/'],
])('beside the callback %s, the path “%s” is %s', (redirectUri, path, link) => {
  expect(publicLink({ ...APP, redirectUri }, path)).toBe(link)
})
