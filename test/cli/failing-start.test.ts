import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { generateKey } from '../../src/auth/token-cipher.ts'
import { freePort } from '../support/free-port.ts'
import { runHere } from './run-here.ts'

const home = process.cwd()
let cwd: string

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'card-auth-'))
  process.chdir(cwd)
})
afterEach(() => {
  vi.unstubAllEnvs()
  process.chdir(home)
  rmSync(cwd, { recursive: true })
})

function serveOn(databaseUrl: string) {
  const env = {
    FEISHU_APP_ID: 'cli_0123456789abcdef',
    FEISHU_APP_SECRET: 'a-secret-of-an-app',
    TOKEN_ENCRYPTION_KEYS: generateKey(),
    DATABASE_URL: databaseUrl,
    METRICS_PORT: '0',
  }
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  return runHere(['serve'])
}

describe('a start that fails at the database', () => {
  it.each([
    [
      'a server that is not there',
      async () => `postgres://user:canary-password@127.0.0.1:${await freePort()}/auth`,
      ['ECONNREFUSED', 'Nobody listens there'],
    ],
    [
      'a file that is no database',
      async () => {
        writeFileSync('notes.db', 'not a database '.repeat(1000))
        return `file:${join(cwd, 'notes.db')}`
      },
      ['SQLITE_NOTADB', 'no SQLite database'],
    ],
    [
      'a folder that cannot be made',
      async () => {
        writeFileSync('taken', '')
        return `file:${join(cwd, 'taken/auth.db')}`
      },
      ['EEXIST', 'Correct the path'],
    ],
  ])(
    'because of %s says so in the log and to whoever started it',
    async (_what, databaseUrl, [code = '', advice = '']) => {
      const listening = process.listenerCount('SIGTERM')
      const { code: exitCode, out, err } = await serveOn(await databaseUrl())
      expect(exitCode).toBe(1)
      expect(err).toContain(code)
      expect(err).toContain(advice)
      expect(err).not.toMatch(/^ {4}at /m)
      const lines = out.split('\n').filter((line) => line !== '')
      expect(lines.map((line) => JSON.parse(line))).toMatchObject([
        {
          ...{ level: 'error', event: 'start_failed' },
          error: {
            code: 'store_unavailable',
            causes: [{ message: expect.stringContaining(code) }],
          },
        },
      ])
      expect(out + err).not.toContain('canary-password')
      expect(process.listenerCount('SIGTERM')).toBe(listening)
    },
  )
})

describe('a .env that is there and cannot be read', () => {
  it.each([
    ['a folder', () => mkdirSync('.env'), 'EISDIR'],
    // As root reads everything, this stands for a file of somebody else.
    ['a link to nowhere but itself', () => symlinkSync('.env', '.env'), 'ELOOP'],
  ])(
    'because it is %s is a fault of the configuration, and is not passed over',
    async (_what, make, code) => {
      make()
      const { code: exitCode, err } = await runHere(['serve'])
      expect(exitCode).toBe(78)
      expect(err).toContain(`.env: cannot be read (${code}).`)
      expect(err).not.toContain('FEISHU_APP_ID')
      expect(err).not.toMatch(/^ {4}at /m)
    },
  )
})
