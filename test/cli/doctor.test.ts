import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { generateKey } from '../../src/auth/token-cipher.ts'
import { type FeishuEmulator, startFeishuEmulator } from '../../src/emulator/index.ts'
import { run } from './command.ts'

// Each command is a process of its own, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

type Shown = { name: string; app_id: string | null; status: string; message: string; hint: unknown }

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

function environment(): Record<string, string> {
  return {
    FEISHU_APP_ID: emulator.app.appId,
    FEISHU_APP_SECRET: emulator.app.appSecret,
    FEISHU_API_BASE_URL: emulator.url,
    FEISHU_ACCOUNTS_BASE_URL: emulator.url,
    CALLBACK_SERVER_PORT: '0',
    METRICS_PORT: '0',
    TOKEN_ENCRYPTION_KEYS: generateKey(),
  }
}

describe('doctor', () => {
  it('--offline asks nobody, finds nothing wrong with a new installation and makes no file', async () => {
    const { code, out, err } = await run(['doctor', '--offline', '--json'], {
      cwd,
      env: { ...environment(), FEISHU_API_BASE_URL: 'https://nowhere.invalid' },
    })
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const results: Shown[] = JSON.parse(out)
    for (const result of results) {
      expect(Object.keys(result)).toEqual(['name', 'app_id', 'status', 'message', 'hint'])
    }
    const asked = results.filter(({ status }) => status !== 'skip').map(({ name }) => name)
    expect(asked).toEqual([
      'configuration',
      'encryption_keys',
      'api_keys',
      'database',
      'migrations',
      'disk',
      'ports',
      'ports',
    ])
    expect(emulator.sim.transcript()).toEqual([])
  })

  it('goes on after a failure, says what to do and leaves with 1', async () => {
    const { code, out } = await run(['doctor'], { cwd, env: environment() })
    expect(code).toBe(1)
    expect(out).toMatch(/^✓ credentials cli_0123456789abcdef: Feishu takes/m)
    expect(out).toMatch(/^✗ callback_url cli_\w+: Nothing answers at http:\/\/localhost:8000/m)
    expect(out).toMatch(/^ {4}→ Start the service/m)
    expect(out.trimEnd().split('\n').at(-1)).toMatch(
      /^\d+ good, \d+ to know, 1 to mend, \d+ not looked at\.$/,
    )
  })

  it('looks at all else when what is wrong in the configuration touches none of it', async () => {
    const env = { ...environment(), LOG_LEVEL: 'loud', AUDIT_MODE: 'sometimes' }
    const { code, out } = await run(['doctor', '--offline', '--json'], { cwd, env })
    expect(code).toBe(78)
    const results: Shown[] = JSON.parse(out)
    const of = (status: string) =>
      results.filter((each) => each.status === status).map(({ name }) => name)
    expect(of('fail')).toEqual(['configuration', 'configuration'])
    expect(of('pass')).toEqual(expect.arrayContaining(['encryption_keys', 'database', 'disk']))
  })

  it('tells every fault of the configuration and leaves with 78', async () => {
    const env = { FEISHU_APP_ID: 'cli_short', TOKEN_ENCRYPTION_KEYS: 'k1:canary-key' }
    const { code, out } = await run(['doctor', '--json'], { cwd, env })
    expect(code).toBe(78)
    const results: Shown[] = JSON.parse(out)
    const faults = results.filter(({ status }) => status === 'fail')
    expect(faults.map(({ name }) => name)).toEqual(Array(3).fill('configuration'))
    expect(faults.map(({ message }) => message.split(' ')[0]).sort()).toEqual([
      'FEISHU_APP_ID',
      'FEISHU_APP_SECRET',
      'TOKEN_ENCRYPTION_KEYS',
    ])
    expect(results.length).toBeGreaterThan(15)
    expect(out).not.toContain('canary')
  })
})
