import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const src = join(root, 'src')
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => join(src, file))

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  const statements = text.matchAll(/^\s*(?:import|export)\b[^'"]*?from\s+'([^']+)'/gm)
  const dynamic = text.matchAll(/\bimport\('([^']+)'\)/g)
  return [...statements, ...dynamic].map((match) => match[1] ?? '')
}

/** The rows of the import table: folder → what it may import. */
function importTable(): Map<string, { ours: Set<string>; packages: Set<string> }> {
  const page = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')
  const section = page.split('## Who may import whom')[1]?.split('\n## ')[0] ?? ''
  const rows = [...section.matchAll(/^\| (\w+) \| (.+?) \| (.+?) \|$/gm)]
  const list = (cell = '') => new Set(cell.split(/,\s*/).filter((word) => word !== '–'))
  return new Map(
    rows
      .filter(([, folder]) => folder !== 'folder')
      .map(([, folder = '', ours, packages]) => [
        folder,
        { ours: list(ours), packages: list(packages) },
      ]),
  )
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

describe('the import walls of ARCHITECTURE.md', () => {
  const table = importTable()

  it('name every folder of src', () => {
    const folders = readdirSync(src, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
    expect([...table.keys()].sort()).toEqual(folders.sort())
  })

  it.each([...table.keys()])('hold for src/%s', (folder) => {
    const allowed = table.get(folder)
    const trespasses = files
      .filter((file) => file.startsWith(`${join(src, folder)}/`))
      .flatMap((file) =>
        importsOf(file).flatMap((specifier) => {
          if (specifier.startsWith('node:')) return []
          if (!specifier.startsWith('.')) {
            const isBuiltin = builtinModules.includes(specifier)
            return !isBuiltin && allowed?.packages.has(packageName(specifier))
              ? []
              : [`${relative(src, file)} → ${specifier}`]
          }
          const target = relative(src, resolve(dirname(file), specifier))
          const neighbour = target.split('/')[0] ?? ''
          const isOurs =
            neighbour === folder || allowed?.ours.has('everything') || allowed?.ours.has(neighbour)
          return isOurs ? [] : [`${relative(src, file)} → ${target}`]
        }),
      )
    expect(trespasses).toEqual([])
  })
})

describe('the shape of src', () => {
  it('keeps every file at 300 lines or fewer', () => {
    const long = files.filter((file) => readFileSync(file, 'utf8').split('\n').length > 301)
    expect(long.map((file) => relative(root, file))).toEqual([])
  })

  it('has no import cycle, types included', () => {
    const graph = new Map(
      files.map((file) => [
        file,
        importsOf(file)
          .filter((specifier) => specifier.startsWith('.'))
          .map((specifier) => resolve(dirname(file), specifier)),
      ]),
    )
    const done = new Set<string>()
    const cycles: string[] = []
    const visit = (file: string, path: string[]): void => {
      if (path.includes(file)) {
        const cycle = [...path.slice(path.indexOf(file)), file]
        cycles.push(cycle.map((step) => relative(src, step)).join(' → '))
        return
      }
      if (done.has(file)) return
      for (const next of graph.get(file) ?? []) visit(next, [...path, file])
      done.add(file)
    }
    for (const file of files) visit(file, [])
    expect(cycles).toEqual([])
  })
})
