import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { stringify } from 'yaml'
import { runCli } from '../../src/cli/run-cli.ts'
import { readPage } from '../docs/markdown.ts'
import { type Service, startService } from '../support/service.ts'
import { missingPrograms } from './debian-programs.ts'
import { readExposition } from './exposition.ts'
import { allAlerts, allRules, recordedNames, root } from './rule-files.ts'
import { blocksOf, pages, queries, titleOf } from './runbook-pages.ts'
import { unknownNames } from './unknown-names.ts'

const alerts = allAlerts()
const names = [...new Set(alerts.map(({ alert }) => alert))]
const commands = [
  ...new Set(
    [...pages, readPage('docs/runbooks/README.md')].flatMap(({ text }) =>
      [...text.matchAll(/npx feishu-card-auth ([^\n|`]+)/g)].map(([, words = '']) => words.trim()),
    ),
  ),
]

describe('alerts and runbooks', () => {
  it('belong together one to one', () => {
    expect(pages.map(titleOf).sort()).toEqual([...names].sort())
    expect(pages.map(({ headings: [title] }) => title?.title)).toEqual(pages.map(titleOf))
  })

  it.each(alerts.map((alert) => [`${alert.alert} (${alert.labels.severity})`, alert] as const))(
    '%s leads to its page and to a dashboard',
    (_, { alert, annotations, labels }) => {
      const [page] = pages.filter((each) => titleOf(each) === alert)
      expect(basename(annotations.runbook_url)).toBe(`${alert}.md`)
      expect(page?.text).toContain(`**${labels.severity}**`)
      const dashboard = basename(annotations.dashboard_url)
      expect(page?.text).toContain(`\`${dashboard}\``)
      const file = join(root, `grafana/dashboards/${dashboard}.json`)
      expect(existsSync(file), file).toBe(true)
      expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ uid: dashboard })
    },
  )

  it('are all in the index', () => {
    const { text } = readPage('docs/runbooks/README.md')
    expect(names.filter((name) => !text.includes(`| [${name}](${name}.md) |`))).toEqual([])
  })
})

describe('a runbook', () => {
  it.each(pages.map((page) => [titleOf(page), page] as const))('%s has every part', (_, page) => {
    const titles = page.headings.filter(({ level }) => level === 2).map(({ title }) => title)
    expect(titles).toEqual(['Meaning', 'Impact', 'Diagnosis', 'Mitigation'])
    expect(page.text).toMatch(/<details>\n<summary>Background<\/summary>\n[\s\S]+<\/details>\n$/)
    expect([...blocksOf(page, 'sh'), ...blocksOf(page, 'promql')]).not.toEqual([])
  })

  it.each(commands)('names a command that exists, with its options: %s', async (command) => {
    const words = /^[a-z]+(?: [a-z]+)?/.exec(command)?.[0].split(' ') ?? []
    const options = command.match(/--[a-z-]+/g) ?? []
    let help = ''
    const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      help += String(text)
      return true
    })
    try {
      expect(await runCli([...words, '--help'])).toBe(0)
    } finally {
      write.mockRestore()
    }
    expect(help).toMatch(new RegExp(`^Usage: feishu-card-auth ${words.join(' ')}\\b`))
    expect(
      options.filter((option) => !help.includes(`${option} `) && !help.includes(`${option}\n`)),
    ).toEqual([])
  })

  it('looks only for log events that are documented', () => {
    const known = readPage('docs/observability.md').text.split('| event | level |')[1] ?? ''
    const looked = pages.flatMap(({ text }) => [...text.matchAll(/\.event == "(\w+)"/g)])
    const events = [...new Set(looked.map(([, event = '']) => event))]
    expect(events.length).toBeGreaterThan(10)
    expect(events.filter((event) => !known.includes(`\`${event}\``))).toEqual([])
  })
})

const noPromtool = missingPrograms('promtool')
describe.skipIf(noPromtool !== '')(`the queries of the runbooks${noPromtool}`, () => {
  it('are PromQL', { timeout: 60_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'runbooks-'))
    try {
      const rules = queries.map(({ query }, position) => ({
        record: `query:${position}`,
        expr: query,
      }))
      const file = join(folder, 'queries.yml')
      writeFileSync(file, stringify({ groups: [{ name: 'queries', rules }] }))
      const { stdout } = await promisify(execFile)('promtool', ['check', 'rules', file])
      expect(stdout).toContain(`SUCCESS: ${queries.length} rules found`)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('what rules and runbooks ask for', () => {
  const recorded = recordedNames()
  const folder = mkdtempSync(join(tmpdir(), 'rules-'))
  let service: Service
  let families: ReturnType<typeof readExposition>

  beforeAll(async () => {
    service = await startService({ env: { DATABASE_URL: `file:${join(folder, 'auth.db')}` } })
    // The runtime's own metrics of garbage are there once some was collected.
    await vi.waitUntil(
      async () => {
        families = readExposition(await (await fetch(service.metricsUrl)).text())
        return families.get('nodejs_gc_duration_seconds_sum')?.has('kind')
      },
      { timeout: 60_000 },
    )
  })
  afterAll(async () => {
    await service.close()
    rmSync(folder, { recursive: true })
  })

  it('is exposed by the service: every metric, label and value in a rule', () => {
    const unknown = allRules().flatMap((rule) =>
      unknownNames(rule.expr, families, recorded).map(
        (name) => `${'alert' in rule ? rule.alert : rule.record}: ${name}`,
      ),
    )
    expect([...new Set(unknown)]).toEqual([])
  })

  it('is exposed by the service: every metric, label and value in a runbook', () => {
    const unknown = queries.flatMap(({ page, query }) =>
      unknownNames(query, families, recorded).map((name) => `${page}: ${name}`),
    )
    expect([...new Set(unknown)]).toEqual([])
  })

  it('is found out where it is not', () => {
    const found = unknownNames(
      'sum by (app_id, colour) (rate(lark_service_auth_failure_total{fault=~"user|nobody",shape="round"}[5m])) > lark_service_birds',
      families,
      recorded,
    )
    expect(found).toEqual([
      'lark_service_auth_failure_total{fault="nobody"}',
      'lark_service_auth_failure_total{shape}',
      'lark_service_birds',
      'by colour',
    ])
  })
})
