import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Service, startService } from '../support/service.ts'
import { type Receiver, SECRET, startReceiver } from '../webhooks/receiver.ts'
import { dashboardFiles, panelsOf, readDashboard } from './dashboard-model.ts'
import { liveThroughADay } from './day-of-traffic.ts'
import { missingPrograms } from './debian-programs.ts'
import { type LivePrometheus, type Series, startPrometheus } from './live-prometheus.ts'
import type { PanelModel } from './panel-model.ts'
import { allRules, recordedNames } from './rule-files.ts'
import { queries } from './runbook-pages.ts'
import { selectorsOf } from './selectors.ts'
import { unknownNames } from './unknown-names.ts'

/** Panels that show nothing after the day, each with its reason. */
const EMPTY: Record<string, string> = {
  'Last backup': 'nobody made a backup',
}

/** Panels that stay at 0 through the day, each with its reason. */
const ZERO: Record<string, string> = {
  'Spent tokens that were not ours': 'would be an incident',
  'Tokens that cannot be opened': 'would be an incident',
  'Requests refused': 'nobody asks that often',
  'Queries that failed': 'the database holds',
  'Tokens in memory only': 'the database holds',
  Restarts: 'there is none',
}

/** Panels of which nobody can say what they show after the day, each with its reason. */
const CHANCE: Record<string, string> = {
  'Waiting for a lease': 'only when a caller and the job meet at one grant',
  'Leases lost': 'hours may pass in the middle of a refresh',
  'Recoveries after a crash':
    'a refresh that hours have passed over looks like one of a dead process',
  'Runs that did not succeed': 'a job that takes longer than a second is skipped once',
}

const EVERY_SECOND = { cron: '* * * * * *', everySeconds: 1 }
const WINDOW = '10s'

const dashboards = dashboardFiles.map(readDashboard)
const panels = dashboards.flatMap(panelsOf)
const missing = missingPrograms('prometheus')

const patience = { timeout: 120_000 }

describe.skipIf(missing !== '')(`dashboards on a live Prometheus${missing}`, patience, () => {
  let folder: string
  let receiver: Receiver
  let service: Service
  let prometheus: LivePrometheus
  let began: number
  let idle: number
  let ended: number
  /** The values that every label of every metric had. */
  let known: Map<string, Map<string, Set<string>>>

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dashboards-'))
    receiver = await startReceiver()
    service = await startService({
      env: {
        DATABASE_URL: `file:${join(folder, 'service.db')}`,
        WEBHOOK_URL: receiver.url,
        WEBHOOK_SECRETS: SECRET,
        WEBHOOK_ALLOWED_HOSTS: '127.0.0.1',
      },
      app: {
        schedules: {
          session_sweep: EVERY_SECOND,
          card_outbox: EVERY_SECOND,
          webhooks: EVERY_SECOND,
          token_refresh: EVERY_SECOND,
        },
      },
    })
    prometheus = await startPrometheus(service.metricsUrl)
    began = now()
    await prometheus.scraped(4)
    idle = now()
    await liveThroughADay(service, receiver, () => prometheus.scraped(2))
    await prometheus.scraped(4)
    ended = now()
    known = await labelValues(prometheus)
    // It has been seen, and the questions need the machine.
    await service.close()
  }, 300_000)

  afterAll(async () => {
    await prometheus?.close()
    await receiver?.close()
    if (folder) await rm(folder, { recursive: true, force: true })
  })

  const filled = (expression: string) =>
    expression
      .replaceAll('$__rate_interval', WINDOW)
      .replaceAll('$__range', `${Math.ceil(ended - began)}s`)
      .replaceAll(/\$(?:job|instance|app_id)\b/g, '.+')

  /** Everything a panel shows at the end of the day, as Grafana would ask for it. */
  const shown = (panel: PanelModel) =>
    Promise.all(
      panel.targets.map(({ expr, range }) =>
        range
          ? prometheus.queryRange(filled(expr), began, ended)
          : prometheus.query(filled(expr), ended),
      ),
    ).then((answers) => answers.flat())

  it('can be asked about restarts and deploys', async () => {
    for (const { expr } of dashboards.flatMap(({ annotations }) => annotations.list)) {
      await prometheus.queryRange(filled(expr), began, ended)
    }
  })

  it('answer every expression, and show something wherever something happened, and only there', async () => {
    const wrong: string[] = []
    for (const panel of panels) {
      const values = valuesOf(await shown(panel))
      if (panel.title in CHANCE) continue
      const shows =
        values.length === 0 ? 'nothing' : values.every((value) => value === 0) ? 'only 0' : 'more'
      const due = panel.title in EMPTY ? 'nothing' : panel.title in ZERO ? 'only 0' : 'more'
      if (shows !== due) wrong.push(`${panel.title}: shows ${shows}`)
    }
    expect(wrong).toEqual([])
  })

  it('say in every panel of an idle service what its emptiness means', async () => {
    const silent: string[] = []
    for (const { title, targets, fieldConfig } of panels) {
      for (const { expr } of targets) {
        const series = await prometheus.query(filled(expr), idle)
        const says = fieldConfig.defaults.noValue !== 'not scraped'
        if (series.length === 0 && !says) silent.push(`${title}: ${expr}`)
      }
    }
    expect(silent).toEqual([])
  })

  it('read only metrics, labels and values that the service has', () => {
    const due = panels.filter(({ title }) => title !== 'Last backup')
    const unknown = due.flatMap(({ title, targets }) =>
      targets.flatMap(({ expr }) => unknownIn(expr, known).map((what) => `${title}: ${what}`)),
    )
    expect(unknown).toEqual([])
  })

  it('stand beside rules and runbooks that ask for nothing else', () => {
    const recorded = recordedNames()
    const asked = [...allRules().map(({ expr }) => expr), ...queries.map(({ query }) => query)]
    const unknown = asked.flatMap((expr) => unknownNames(expr, known, recorded))
    // Nobody made a backup.
    const backup = 'lark_service_backup_last_success_timestamp_seconds'
    expect([...new Set(unknown)].filter((name) => name !== backup)).toEqual([])
  })

  it('find what there is to pick', async () => {
    for (const variable of dashboards.flatMap(({ templating }) => templating.list)) {
      if (variable.type !== 'query') continue
      const [, match = '', label = ''] =
        /^label_values\((.+), (\w+)\)$/.exec(filled(variable.query.query)) ?? []
      const values = (await prometheus.series(match)).map((labels) => labels[label])
      expect(values, variable.name).not.toEqual([])
      expect(values, variable.name).not.toContain(undefined)
    }
  })
})

it('excuses only panels that there are', () => {
  const titles = panels.map(({ title }) => title)
  const excused = [EMPTY, ZERO, CHANCE].flatMap((some) => Object.keys(some))
  expect(excused.filter((title) => !titles.includes(title))).toEqual([])
})

function now(): number {
  return Date.now() / 1000
}

/** All samples that are numbers. */
function valuesOf(series: Series[]): number[] {
  return series
    .flatMap(({ samples }) => samples.map(([, value]) => value))
    .filter((value) => !Number.isNaN(value))
}

async function labelValues({ series }: LivePrometheus): Promise<typeof values> {
  const values = new Map<string, Map<string, Set<string>>>()
  for (const { __name__: name = '', ...labels } of await series('{job="lark-auth"}')) {
    const ofMetric = values.get(name) ?? new Map<string, Set<string>>()
    values.set(name, ofMetric)
    for (const [label, value] of Object.entries(labels)) {
      ofMetric.set(label, (ofMetric.get(label) ?? new Set()).add(value))
    }
  }
  return values
}

/** What an expression names and the service has not: metrics, labels, values. */
function unknownIn(expression: string, known: Map<string, Map<string, Set<string>>>): string[] {
  return selectorsOf(expression).flatMap(({ name, matchers }) => {
    const labels = known.get(name)
    if (!labels) return [name]
    return matchers.flatMap(({ label, operator, value }) => {
      const values = [...(labels.get(label) ?? [])]
      const wanted = value.startsWith('$') ? '.+' : value
      const parts = wanted.split('|')
      const isKnown = parts.every((part) =>
        values.some((one) => new RegExp(`^(?:${part})$`).test(one)),
      )
      return isKnown ? [] : [`${name} ${label}${operator}"${value}"`]
    })
  })
}
