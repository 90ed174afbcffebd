import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FeishuEmulator, startFeishuEmulator } from '../../src/emulator/index.ts'

const page = readFileSync(resolve(import.meta.dirname, '../../docs/emulator.md'), 'utf8')

/** The rows of the coverage table as `METHOD path coverage`. */
function documentedRoutes(): string[] {
  const [, section = ''] = page.split('\n## Coverage\n')
  const rows = section.matchAll(/^\| ([A-Z]+) \| `([^`]+)` \| (\w+) \|/gm)
  return [...rows].map(([, method, path, coverage]) => `${method} ${path} ${coverage}`)
}

let emulator: FeishuEmulator
beforeAll(async () => {
  emulator = await startFeishuEmulator()
})
afterAll(() => emulator.close())

describe('the coverage table of docs/emulator.md', () => {
  it('lists every route once, and no other', () => {
    const registered = emulator.routes.map(
      ({ method, path, coverage }) => `${method} ${path} ${coverage}`,
    )
    expect(registered.length).toBeGreaterThan(30)
    expect(documentedRoutes().sort()).toEqual(registered.sort())
  })

  it('says of every partial route what differs', () => {
    const silent = [...page.matchAll(/^\| [A-Z]+ \| `([^`]+)` \| partial \| *\|$/gm)]
    expect(silent.map(([, path]) => path)).toEqual([])
  })
})

describe('the verb table of docs/emulator.md', () => {
  it('names every sim verb', () => {
    const [, section = ''] = page.split('\n## Sim verbs\n')
    const table = section.split('\n### Faults')[0] ?? ''
    const named = [...table.matchAll(/`(\w+)\([^`]*\)`/g)].map(([, verb]) => verb)
    expect(named.sort()).toEqual(Object.keys(emulator.sim).sort())
  })

  it('names every sim route', () => {
    for (const { path } of emulator.routes) {
      if (path.startsWith('/sim/'))
        expect(page).toMatch(new RegExp(`\`(GET|POST|DELETE) ${path}\``))
    }
  })
})

describe('the option table of docs/emulator.md', () => {
  it('names every option', () => {
    const source = readFileSync(
      resolve(import.meta.dirname, '../../src/emulator/options.ts'),
      'utf8',
    )
    const [, type = ''] = source.split('export type FeishuEmulatorOptions = {')
    const options = [...(type.split('\n}')[0] ?? '').matchAll(/^ {2}(\w+)\?:/gm)]
    const [, section = ''] = page.split('\n## Options\n')
    const cells = [...section.matchAll(/^\| ([^|]+) \|/gm)].map(([, cell]) => cell).join(' ')
    expect(options.length).toBeGreaterThan(10)
    for (const [, option] of options) expect(cells).toContain(`\`${option}\``)
  })
})
