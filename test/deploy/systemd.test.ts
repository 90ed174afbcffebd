import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { root } from '../docs/markdown.ts'
import { loadSettings, readLines } from './load-settings.ts'

const unit = readFileSync(join(root, 'deploy/feishu-card-auth.service'), 'utf8')
const ANALYZE = '/usr/bin/systemd-analyze'
/** 0 is a service that can do nothing, 10 one that can do everything. */
const MOST_EXPOSURE = 2

describe('the systemd unit', () => {
  it('gives the service settings that it accepts, with its secrets as credentials', () => {
    const environment = [...unit.matchAll(/^Environment=(.+)$/gm)].map(([, line]) => line)
    const credentials = [...unit.matchAll(/^LoadCredential=(\w+):/gm)].map(([, name]) => name)
    const env = readLines(environment.join('\n'))
    const files = Object.values(env).filter((value) => value.startsWith('%d/'))
    expect(files).toEqual(credentials.map((name) => `%d/${name}`))
    const config = loadSettings({ FEISHU_APP_ID: 'cli_a1b2c3d4e5f60718', ...env })
    expect(config).toMatchObject({ callbackServer: { host: '127.0.0.1' } })
    const [, state] = /^StateDirectory=(.+)$/m.exec(unit) ?? []
    expect(config.databaseUrl).toBe(`file:/var/lib/${state}/auth.db`)
  })

  it('does not start again what cannot start, and waits for a stop to end', () => {
    expect(unit).toMatch(/^RestartPreventExitStatus=78$/m)
    expect(Number(/^TimeoutStopSec=(\d+)s$/m.exec(unit)?.[1])).toBeGreaterThan(25)
  })

  it.skipIf(!existsSync(ANALYZE))('is sound to systemd, and may do little', () => {
    const folder = mkdtempSync(join(tmpdir(), 'fca-unit-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const here = join(folder, 'feishu-card-auth.service')
    // Node may be elsewhere on the machine of a test.
    writeFileSync(here, unit.replace('/usr/bin/node', process.execPath))
    const run = (...args: string[]) => execFileSync(ANALYZE, args, { encoding: 'utf8' })
    expect(run('verify', '--man=no', here)).toBe('')
    const verdict = run('security', '--offline=true', '--no-pager', here)
    const exposure = /Overall exposure level for \S+: ([\d.]+)/.exec(verdict)?.[1]
    expect(Number(exposure)).toBeLessThan(MOST_EXPOSURE)
  })
})
