import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { generateKey, parseKeyRing } from '../../src/auth/token-cipher.ts'
import { startService } from '../support/service.ts'
import { run } from './command.ts'
import { runHere } from './run-here.ts'

// Each command is a process of its own, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

let cwd: string
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'card-auth-'))
})
afterAll(() => rmSync(cwd, { recursive: true }))

describe('wrong usage', () => {
  it.each([
    ['an unknown command', ['dance']],
    ['an unknown option', ['sessions', 'list', '--colour', 'red']],
    ['a missing argument', ['sessions', 'show']],
    ['a missing option', ['card', 'send']],
    ['a state nobody can be in', ['sessions', 'list', '--state', 'lost']],
    ['a number that is none', ['sessions', 'list', '--limit', 'many']],
    ['nobody to revoke', ['tokens', 'revoke']],
    ['a look no card has', ['card', 'preview', '--look', 'pink']],
  ])('%s ends with 64 and says what is wrong', async (_, args) => {
    const { code, out, err } = await runHere(args)
    expect({ code, out }).toEqual({ code: 64, out: '' })
    expect(err).toMatch(/^error: .+/)
    expect(err).not.toMatch(/^ {4}at /m)
  })

  it('is what the shell is told', async () => {
    expect(await run(['dance'], { cwd })).toMatchObject({ code: 64, out: '' })
  })

  it('asking for help is none', async () => {
    const { code, out } = await runHere(['--help'])
    expect(code).toBe(0)
    for (const command of ['serve', 'sandbox', 'card', 'sessions', 'tokens', 'keys', 'openapi']) {
      expect(out).toMatch(new RegExp(`^ {2}${command}\\b`, 'm'))
    }
  })
})

describe('keys generate', () => {
  it('prints a key that the configuration takes', async () => {
    const { code, out } = await runHere(['keys', 'generate'])
    expect(code).toBe(0)
    expect(parseKeyRing(out.trim())).toMatchObject({ ok: true })
  })

  it('prints it as JSON, and never the same twice', async () => {
    const json = ['keys', 'generate', '--json']
    const made = [await runHere(json), await runHere(json)]
    const keys = made.map(({ out }) => String(JSON.parse(out).TOKEN_ENCRYPTION_KEYS))
    for (const key of keys) expect(parseKeyRing(key)).toMatchObject({ ok: true })
    expect(new Set(keys).size).toBe(2)
  })
})

describe('card preview', () => {
  it('prints the JSON of a card, without any configuration', async () => {
    const { code, out } = await runHere(['card', 'preview', '--json', '--look', 'completed'])
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ schema: '2.0', header: { template: 'green' } })
  })
})

describe('openapi', () => {
  it('prints the description of the API', async () => {
    const { code, out } = await runHere(['openapi'])
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      openapi: expect.stringMatching(/^3\.1/),
      paths: { '/v1/sessions': expect.anything() },
    })
  })
})

describe('sessions', () => {
  it('are listed, shown and withdrawn, without their tickets', async () => {
    const DATABASE_URL = `file:${join(cwd, 'auth.db')}`
    const TOKEN_ENCRYPTION_KEYS = generateKey()
    const service = await startService({ env: { DATABASE_URL, TOKEN_ENCRYPTION_KEYS } })
    try {
      const [first, second] = service.emulator.people
      const asked = await service.ask(first?.openId ?? '', { reason: 'weekly report' })
      await service.ask(second?.openId ?? '')
      const env = {
        FEISHU_APP_ID: service.emulator.app.appId,
        FEISHU_APP_SECRET: service.emulator.app.appSecret,
        DATABASE_URL,
        TOKEN_ENCRYPTION_KEYS,
      }
      const one = ['--open-id', first?.openId ?? '', '--state', 'pending', '--json']
      const [list, mine, nobody] = await Promise.all([
        run(['sessions', 'list', '--json'], { cwd, env }),
        run(['sessions', 'list', ...one], { cwd, env }),
        run(['sessions', 'show', 'no-such-session'], { cwd, env }),
      ])
      expect(list).toMatchObject({ code: 0, err: '' })
      expect(JSON.parse(list.out)).toHaveLength(2)
      expect(list.out).not.toMatch(/ticket|sealed/i)
      expect(nobody.code).toBe(1)
      expect(nobody.err).toMatch(/^session_not_found: /)
      expect(JSON.parse(mine.out)).toMatchObject([
        { id: asked.session_id, reason: 'weekly report' },
      ])

      const gone = await run(['sessions', 'invalidate', asked.session_id, '--json'], { cwd, env })
      expect(gone.code).toBe(0)
      expect(JSON.parse(gone.out)).toMatchObject([{ state: 'expired', endReason: 'invalidated' }])
      await service.cardTurns(first?.openId ?? '', 'grey')

      const again = await run(['sessions', 'invalidate', asked.session_id], { cwd, env })
      expect(again.code).toBe(1)
      expect(again.err).toMatch(/^session_not_pending: /)
    } finally {
      await service.close()
    }
  })
})
