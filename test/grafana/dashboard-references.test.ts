import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { dashboardFiles, panelsOf, readDashboard } from './dashboard-model.ts'
import { keptLabelsOf, selectorsOf } from './selectors.ts'

const root = resolve(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

const dashboards = dashboardFiles.map(readDashboard)
const expressions = dashboards.flatMap((dashboard) => [
  ...panelsOf(dashboard).flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  ...dashboard.annotations.list.map(({ expr }) => expr),
])
/** The metrics that are documented, each with its labels. */
const documented = new Map(
  [...read('docs/observability.md').matchAll(/^\| `(lark_service_\w+)` \| \w+ \| (.+?) \|/gm)].map(
    ([, name = '', labels = '']) => [
      name,
      [...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label),
    ],
  ),
)

describe('the expressions', () => {
  it('read only metrics that are documented', () => {
    const ours = expressions.flatMap(selectorsOf).filter(({ name }) => name.startsWith('lark_'))
    const unknown = ours.filter(({ name }) => !documented.has(family(name)))
    expect(unknown.map(({ name }) => name)).toEqual([])
  })

  it('keep and match only labels that the metric has', () => {
    const wrong = expressions.flatMap((expression) => {
      const ours = selectorsOf(expression).filter(({ name }) => name.startsWith('lark_service_'))
      const labels = new Set(
        ours.flatMap(({ name }) => [...(documented.get(family(name)) ?? []), ...targetLabels]),
      )
      const matched = ours.flatMap(({ matchers }) => matchers.map(({ label }) => label))
      return ours.length === 0
        ? []
        : [...matched, ...keptLabelsOf(expression)]
            .filter((label) => !labels.has(label))
            .map((label) => `${label} in ${expression}`)
    })
    expect(wrong).toEqual([])
  })

  it('narrow by app wherever the metric can', () => {
    const wide = expressions
      .flatMap(selectorsOf)
      .filter(({ name }) => documented.get(family(name))?.includes('app_id'))
      .filter(({ matchers }) => !matchers.some(({ label }) => label === 'app_id'))
    expect(wide.map(({ name }) => name)).toEqual([])
  })

  it('never draw what prom-client counts under the names of counters', () => {
    expect(expressions.filter((one) => /nodejs_active_\w+_total/.test(one))).toEqual([])
  })

  it('never add up what every instance reads from the same database', () => {
    const gauges = [...read('docs/observability.md').matchAll(FROM_THE_DATABASE)]
    expect(gauges.length).toBeGreaterThan(8)
    for (const [, name = ''] of gauges) {
      const added = expressions.filter((one) => new RegExp(`sum[^(]*\\(${name}\\{`).test(one))
      expect(added, name).toEqual([])
    }
  })
})

describe('the service levels', () => {
  const rules = read('grafana/prometheus/rules/recording.yml')
  const levels = dashboards.flatMap(panelsOf).filter(({ title }) => title.endsWith(', 30 days'))

  it('count what the recording rules count', () => {
    const recorded = matched(rules)
    const drawn = new Set(
      levels.flatMap(({ targets }) => targets.flatMap(({ expr }) => [...matched(expr)])),
    )
    expect(drawn.size).toBe(6)
    expect([...drawn].filter((one) => !recorded.has(one))).toEqual([])
  })

  /** Every metric that is narrowed to something, but for where it was scraped. */
  function matched(text: string): Set<string> {
    return new Set(
      selectorsOf(text)
        .map(({ name, matchers }) => ({
          name,
          own: matchers.filter(({ value }) => !value.startsWith('$')),
        }))
        .filter(({ own }) => own.length > 0)
        .map(({ name, own }) => {
          const conditions = own.map(({ label, operator, value }) => label + operator + value)
          return `${name}{${conditions.sort()}}`
        }),
    )
  }
})

describe('every metric', () => {
  it('is on a dashboard, in a rule, or listed with the reason why not', () => {
    const rules = readdirSync(join(root, 'grafana/prometheus/rules'))
      .map((file) => read(`grafana/prometheus/rules/${file}`))
      .join('\n')
    const excused = [
      ...read('docs/dashboards.md').matchAll(/^\| `(lark_service_\w+)` \| (.+) \|$/gm),
    ]
    const drawn = new Set(expressions.flatMap(selectorsOf).map(({ name }) => family(name)))
    const isUsed = (name: string) =>
      drawn.has(name) || new RegExp(`\\b${name}(?:_bucket|_sum|_count)?\\b`).test(rules)
    const listed = excused.map(([, name = '']) => name)
    const unused = [...documented.keys()].filter((name) => !isUsed(name))
    expect(unused.toSorted()).toEqual(listed.toSorted())
  })
})

describe('links', () => {
  const uids = dashboards.map(({ uid }) => uid)

  it.each(dashboards)('of $uid lead to dashboards and runbooks that there are', (dashboard) => {
    expect(dashboard.links.flatMap(({ tags }) => tags)).toEqual(dashboard.tags)
    for (const { url } of panelsOf(dashboard).flatMap(({ links }) => links)) {
      const [, uid] = /^\/d\/([\w-]+)\?\$__url_time_range&\$__all_variables$/.exec(url) ?? []
      const [, page] = /^\$runbooks\/(\w+\.md)$/.exec(url) ?? []
      expect(uid ?? page, url).toBeDefined()
      if (uid) expect(uids).toContain(uid)
      if (page) expect([page, existsSync(join(root, 'docs/runbooks', page))]).toEqual([page, true])
    }
  })

  it('lead from a panel to every runbook', () => {
    const linked = dashboards.flatMap(panelsOf).flatMap(({ links }) => links.map(({ url }) => url))
    const pages = readdirSync(join(root, 'docs/runbooks')).filter((page) => page !== 'README.md')
    const lonely = pages.filter((page) => !linked.includes(`$runbooks/${page}`))
    expect(lonely).toEqual([])
  })

  it('of alerts lead to dashboards that there are', () => {
    const rules = readdirSync(join(root, 'grafana/prometheus/rules'))
    for (const file of rules) {
      const links = read(`grafana/prometheus/rules/${file}`).matchAll(
        /dashboard_url: .+\/d\/(\S+)/g,
      )
      for (const [, uid = ''] of links) expect(uids).toContain(uid)
    }
  })

  it('go to the same place as those of the alerts', () => {
    const base = /runbook_url: (\S+)\/\w+\.md/.exec(
      read('grafana/prometheus/rules/tokens.yml'),
    )?.[1]
    for (const { templating } of dashboards) {
      expect(templating.list.find(({ name }) => name === 'runbooks')?.query).toBe(base)
    }
  })
})

const targetLabels = ['job', 'instance', 'le']
const FROM_THE_DATABASE = /^\| `(lark_service_\w+)` \| gauge \| .+? \| read from the database/gm

/** A histogram's name without what its series add to it. */
function family(name: string): string {
  return documented.has(name) ? name : name.replace(/_(?:bucket|sum|count)$/, '')
}
