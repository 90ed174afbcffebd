import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { root } from '../docs/markdown.ts'
import { loadSettings, readLines } from './load-settings.ts'

const read = (name: string) => readFileSync(join(root, 'deploy', name), 'utf8')
const unit = read('feishu-card-auth.service')
const backup = read('feishu-card-auth-backup.service')
const timer = read('feishu-card-auth-backup.timer')
const command = read('feishu-card-auth')
const ANALYZE = '/usr/bin/systemd-analyze'
/** 0 is a service that can do nothing, 10 one that can do everything. */
const MOST_EXPOSURE = 2

/** What makes a program of this machine the service: user, settings, secrets and files. */
const IDENTITY = [
  'DynamicUser',
  'User',
  'WorkingDirectory',
  'EnvironmentFile',
  'LoadCredential',
  'StateDirectoryMode',
  'UMask',
]

/** The values that a setting has, in the order of the lines. */
function valuesOf(text: string, name: string): string[] {
  return [...text.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value)
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'fca-unit-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}

describe.each([
  ['unit', unit],
  ['backup unit', backup],
])('the systemd %s', (_name, text) => {
  it('gives settings that the service accepts, with its secrets as credentials', () => {
    const environment = valuesOf(text, 'Environment')
    const credentials = valuesOf(text, 'LoadCredential').map((line) => line.split(':')[0])
    const env = readLines(environment.join('\n'))
    const files = Object.values(env).filter((value) => value.startsWith('%d/'))
    expect(files).toEqual(credentials.map((name) => `%d/${name}`))
    const config = loadSettings({ FEISHU_APP_ID: 'cli_a1b2c3d4e5f60718', ...env })
    expect(config).toMatchObject({ callbackServer: { host: '127.0.0.1' } })
    const [state] = valuesOf(text, 'StateDirectory')[0]?.split(' ') ?? []
    expect(config.databaseUrl).toBe(`file:/var/lib/${state}/auth.db`)
  })
})

describe('the systemd unit', () => {
  it('does not start again what cannot start, and waits for a stop to end', () => {
    expect(unit).toMatch(/^RestartPreventExitStatus=78$/m)
    expect(Number(/^TimeoutStopSec=(\d+)s$/m.exec(unit)?.[1])).toBeGreaterThan(25)
  })

  it.skipIf(!existsSync(ANALYZE))(
    'is sound to systemd with the backup and its timer, and both may do little',
    () => {
      const here = folder()
      const place = (name: string, text: string) => {
        // Node may be elsewhere on the machine of a test.
        writeFileSync(join(here, name), text.replace('/usr/bin/node', process.execPath))
        return join(here, name)
      }
      const units = [
        place('feishu-card-auth.service', unit),
        place('feishu-card-auth-backup.service', backup),
      ]
      const run = (...args: string[]) => execFileSync(ANALYZE, args, { encoding: 'utf8' })
      expect(
        run('verify', '--man=no', ...units, place('feishu-card-auth-backup.timer', timer)),
      ).toBe('')
      for (const path of units) {
        const verdict = run('security', '--offline=true', '--no-pager', path)
        const exposure = /Overall exposure level for \S+: ([\d.]+)/.exec(verdict)?.[1]
        expect(Number(exposure)).toBeLessThan(MOST_EXPOSURE)
      }
    },
  )
})

describe('the backup unit', () => {
  it('is the service to the files, and may do no more than it', () => {
    for (const name of IDENTITY) expect(valuesOf(backup, name)).toEqual(valuesOf(unit, name))
    const fences = (text: string) =>
      text.slice(text.indexOf('CapabilityBoundingSet='), text.indexOf('# Not MemoryDenyWrite'))
    const narrower = fences(unit)
      .replace('PrivateTmp=', 'PrivateNetwork=yes\nPrivateTmp=')
      .replace(/(?<=AddressFamilies=).*/, 'AF_UNIX')
    expect(fences(backup)).toBe(narrower)
  })

  it('writes where it may, is started every night, and soon enough for the alert of 26 hours', () => {
    const [, target] = /main\.js backup (\S+) --keep \d+$/m.exec(backup) ?? []
    const states = valuesOf(backup, 'StateDirectory')[0]?.split(' ') ?? []
    expect(states.map((name) => `/var/lib/${name}`)).toContain(target)
    expect(valuesOf(timer, 'OnCalendar')).toEqual(['*-*-* 03:15:00'])
    expect(valuesOf(timer, 'Persistent')).toEqual(['yes'])
    expect(valuesOf(timer, 'Unit')).toEqual([])
  })
})

describe('what is written about the units', () => {
  const places = [
    '/opt/feishu-card-auth',
    '/etc/feishu-card-auth',
    ...(valuesOf(backup, 'StateDirectory')[0]?.split(' ') ?? []).map((name) => `/var/lib/${name}`),
  ]

  it('names places that they have', () => {
    const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    const named = pages
      .filter((page) => page.endsWith('.md'))
      .map((page) => readFileSync(join(root, 'docs', page), 'utf8'))
      .flatMap((text) => text.match(/\/(?:opt|etc|var\/lib)\/feishu-card-auth[\w./-]*/g) ?? [])
    const isTheirs = (path: string) =>
      places.some((place) => path === place || path.startsWith(`${place}/`))
    expect(named.length).toBeGreaterThan(5)
    expect(named.filter((path) => !isTheirs(path))).toEqual([])
  })

  it('Litestream copies the database of the unit, with keys that version 0.5 has', () => {
    const { snapshot, dbs } = parse(read('litestream.yml'))
    expect(snapshot).toEqual({ interval: '24h', retention: '168h' })
    expect(dbs).toHaveLength(1)
    expect(valuesOf(unit, 'Environment')).toContain(`DATABASE_URL=file:${dbs[0].path}`)
    expect(Object.keys(dbs[0])).toEqual(['path', 'replica'])
    expect(Object.keys(dbs[0].replica)).toEqual(['type', 'bucket', 'path', 'region'])
  })
})

describe('the command for a machine with systemd', () => {
  /** Runs it with a stand-in for systemd-run that writes down what it was told; gives that, option by option. */
  function told(...args: string[]) {
    const here = folder()
    const script = join(here, 'systemd-run')
    writeFileSync(script, '#!/bin/sh\nfor word; do printf "%s\\0" "$word"; done\n', { mode: 0o755 })
    const env = { PATH: `${here}:${process.env.PATH}` }
    const out = execFileSync('/bin/sh', [join(root, 'deploy/feishu-card-auth'), ...args], { env })
    const words = out.toString().split('\0').slice(0, -1)
    const shell = words.indexOf('/bin/sh')
    const options = words.slice(0, shell)
    const following = (flag: string) =>
      options.flatMap((word, index) => (options[index - 1] === flag ? [word] : []))
    return {
      flags: options.filter((word) => word.startsWith('--')),
      properties: following('-p').join('\n'),
      environment: following('-E').join('\n'),
      inside: words.slice(shell),
    }
  }

  it('is the service to the files, with the place of the backups', () => {
    const { flags, properties, environment } = told('sessions', 'list')
    for (const name of IDENTITY) expect(valuesOf(properties, name)).toEqual(valuesOf(unit, name))
    expect(valuesOf(properties, 'StateDirectory')).toEqual(valuesOf(backup, 'StateDirectory'))
    const plain = valuesOf(unit, 'Environment').filter((line) => !line.includes('%d'))
    expect(environment.split('\n')).toEqual(plain)
    // What it prints comes back, and its exit code; nothing of it stays.
    expect(flags).toEqual(['--quiet', '--pipe', '--wait', '--collect'])
  })

  it('runs the command line that it was given, word by word, with the secrets in the place of systemd', () => {
    const { inside } = told('card', 'send', '--reason', 'two words, and a "quote"')
    const probe = join(folder(), 'probe.mjs')
    writeFileSync(
      probe,
      'const { argv, env } = process; console.log(JSON.stringify({ argv: argv.slice(2), env }))',
    )
    const started = '/usr/bin/node --enable-source-maps dist/cli/main.js'
    expect(command).toContain(started)
    expect(unit).toContain(started.replace('cli/main.js', 'main.js'))
    const [shell = '', ...args] = inside.map((word) =>
      word.replace(started, `${process.execPath} ${probe}`),
    )
    const env = { CREDENTIALS_DIRECTORY: '/run/credentials/run-u1.service' }
    const seen = JSON.parse(execFileSync(shell, args, { env, encoding: 'utf8' }))
    expect(seen.argv).toEqual(['card', 'send', '--reason', 'two words, and a "quote"'])
    const files = valuesOf(unit, 'Environment').filter((line) => line.includes('%d'))
    expect(seen.env).toMatchObject(
      readLines(files.join('\n').replaceAll('%d', env.CREDENTIALS_DIRECTORY)),
    )
  })

  it('may be executed', () => {
    expect(statSync(join(root, 'deploy/feishu-card-auth')).mode & 0o111).toBe(0o111)
  })
})
