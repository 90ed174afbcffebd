import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join, normalize } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { runCli } from '../../src/cli/run-cli.ts'
import { SECRET_VARIABLES } from '../../src/config/config-secrets.ts'
import { ENDPOINTS } from '../../src/http/endpoints.ts'
import { allPages, readPage, root } from './markdown.ts'

const pages = allPages()

describe('every document', () => {
  it.each(pages.map(({ path }) => path))('%s links only to what exists', (path) => {
    expect(readPage(path).links.filter((target) => !leadsSomewhere(path, target))).toEqual([])
  })

  it('names only variables of .env.example', () => {
    const example = readFileSync(join(root, '.env.example'), 'utf8')
    const variables = [...example.matchAll(/^([A-Z_]+)=/gm)].map(([, name = '']) => name)
    const files = SECRET_VARIABLES.map((name) => `${name}_FILE`)
    const known = new Set([...variables, ...files])
    const families = [...new Set(variables.map((name) => name.split('_')[0]))].join('|')
    const name = new RegExp(`\\b(?:${families})_[A-Z][A-Z_]*\\b`, 'g')
    const unknown = pages.flatMap(({ path, text }) =>
      [...text.matchAll(name)]
        .filter(([found]) => !known.has(found))
        .map(([found]) => `${path}: ${found}`),
    )
    expect(unknown).toEqual([])
  })

  it('names only metrics of docs/observability.md', () => {
    const table = readPage('docs/observability.md').text.matchAll(/^\| `(lark_service_\w+)`/gm)
    const known = new Set([...table].map(([, name = '']) => name))
    const unknown = pages.flatMap(({ path, text }) =>
      [...text.matchAll(/\blark_service_\w*[a-z]\b/g)]
        .map(([name]) => name.replace(/_(?:bucket|sum|count)$/, ''))
        .filter((name) => !known.has(name) && !known.has(`${name}_count`))
        .map((name) => `${path}: ${name}`),
    )
    expect(unknown).toEqual([])
  })

  it('names only commands that exist', async () => {
    const commands = new Set(
      pages
        .flatMap(({ text }) => [...text.matchAll(/npx feishu-card-auth((?: [a-z]+)+)/g)])
        .map(([, words = '']) => words.trim()),
    )
    expect(commands.size).toBeGreaterThan(2)
    const silence = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    try {
      for (const command of commands) {
        expect([command, await runCli([...command.split(' '), '--help'])]).toEqual([command, 0])
      }
    } finally {
      silence.mockRestore()
    }
  })
})

describe('the READMEs', () => {
  it.each(['README.md', 'README.zh-CN.md'])('%s names only scripts that exist', (path) => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    const named = [
      ...readPage(path).text.matchAll(/npm (?:run )?(sandbox|start|test|check|dev)\b/g),
    ]
    expect(named.length).toBeGreaterThan(4)
    expect(named.map(([, name = '']) => name).filter((name) => !(name in scripts))).toEqual([])
  })

  it.each(['README.md', 'README.zh-CN.md'])('%s names only addresses that answer', (path) => {
    const calls = readPage(path).text.matchAll(/\b(?:GET|POST|DELETE) (\/[\w/{}.]+)/g)
    const named = [...calls].map(([, endpoint = '']) => endpoint)
    expect(named.length).toBeGreaterThan(4)
    const known: readonly string[] = ENDPOINTS
    expect(named.filter((endpoint) => !known.includes(endpoint))).toEqual([])
  })
})

it('the index of decisions lists every record under its title', () => {
  const index = readPage('docs/decisions/README.md')
  const records = pages.filter(({ path }) => /^docs\/decisions\/(?!README)/.test(path))
  const rows = records.map(({ path, headings: [title] }) => {
    const number = basename(path).slice(0, 4)
    return `| [${number} ${title?.title}](${basename(path)}) |`
  })
  expect(rows.filter((row) => !index.text.includes(row))).toEqual([])
  const numbers = records.map(({ path }) => Number(basename(path).slice(0, 4)))
  expect(numbers).toEqual(records.map((_, position) => position + 1))
})

function leadsSomewhere(from: string, target: string): boolean {
  if (/^(?:https?|mailto):/.test(target)) return true
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? from : normalize(join(dirname(from), decodeURIComponent(path)))
  if (!existsSync(join(root, file))) return false
  if (anchor === undefined || !file.endsWith('.md')) return true
  return readPage(file).headings.some((heading) => heading.anchor === anchor)
}
