import { type DashboardModel, panelsOf } from './dashboard-model.ts'
import { selectorsOf } from './selectors.ts'

/** One thing that dashboard-linter would not like, and where. */
export type Finding = { rule: string; dashboard: string; panel?: string; message: string }

/** Grafana's units that the dashboards use; https://github.com/grafana/grafana/blob/main/packages/grafana-data/src/valueFormats/categories.ts. */
const UNITS = [
  'short',
  'percentunit',
  'reqps',
  's',
  'bytes',
  'dateTimeFromNow',
  'bool_on_off',
  'string',
]

/** The rules of https://github.com/grafana/dashboard-linter, and ours: `increase` counts in `$__rate_interval` too. */
export function lint(dashboard: DashboardModel): Finding[] {
  return [...lintTemplates(dashboard), ...lintPanels(dashboard), ...lintTargets(dashboard)].map(
    (finding) => ({ dashboard: dashboard.title, ...finding }),
  )
}

type Local = Omit<Finding, 'dashboard'>

function lintTemplates({ templating, editable }: DashboardModel): Local[] {
  const found: Local[] = []
  const sources = templating.list.filter(({ type }) => type === 'datasource')
  if (sources.length !== 1 || sources[0]?.name !== 'datasource') {
    found.push({ rule: 'template-datasource-rule', message: 'one variable named datasource' })
  }
  if (sources[0]?.label !== 'Data source' || sources[0]?.query !== 'prometheus') {
    found.push({ rule: 'template-datasource-rule', message: 'labelled Data source, Prometheus' })
  }
  for (const [name, label] of [
    ['job', 'Job'],
    ['instance', 'Instance'],
    ['app_id', 'App'],
  ]) {
    const rule = `template-${name}-rule`
    const template = templating.list.find((one) => one.name === name)
    if (template?.type !== 'query') {
      found.push({ rule, message: 'is missing or no query' })
      continue
    }
    const isRight = template.label === label && template.multi && template.allValue === '.+'
    if (!isRight) found.push({ rule, message: 'label, multi or allValue' })
    if (template.refresh !== 2) {
      found.push({ rule: 'template-on-time-change-reload-rule', message: name ?? '' })
    }
    if (!/^label_values\(.+\)$/.test(template.query.query)) {
      found.push({ rule: 'template-label-promql-rule', message: template.query.query })
    }
  }
  if (editable) found.push({ rule: 'uneditable-dashboard', message: 'is editable' })
  return found
}

function lintPanels(dashboard: DashboardModel): Local[] {
  return panelsOf(dashboard).flatMap(({ title, description, targets, datasource, ...rest }) => {
    const found: Local[] = []
    const push = (rule: string, message: string) => found.push({ rule, panel: title, message })
    if (!title || !description) push('panel-title-description-rule', 'has none')
    if (targets.length === 0) push('panel-no-targets-rule', 'has none')
    for (const { uid } of [datasource, ...targets.map((target) => target.datasource)]) {
      if (uid !== '$datasource') push('panel-datasource-rule', uid)
    }
    const { defaults, overrides } = rest.fieldConfig
    const words = defaults.mappings.some(({ type }) => type === 'value')
    const own = overrides.flatMap(({ properties }) =>
      properties.flatMap(({ id, value }) => (id === 'unit' ? [value] : [])),
    )
    const units = defaults.unit === undefined ? own : [defaults.unit, ...own]
    if (units.length === 0 && !words) push('panel-units-rule', 'has neither unit nor words')
    for (const unit of units) if (!UNITS.includes(unit)) push('panel-units-rule', unit)
    return found
  })
}

function lintTargets(dashboard: DashboardModel): Local[] {
  return panelsOf(dashboard).flatMap(({ title, targets }) =>
    targets.flatMap(({ expr }) => lintExpression(expr).map((one) => ({ ...one, panel: title }))),
  )
}

/** What is wrong with one expression, apart from its grammar, which a Prometheus judges. */
function lintExpression(expr: string): Local[] {
  const found: Local[] = []
  const selectors = selectorsOf(expr)
  if (selectors.length === 0) found.push({ rule: 'target-promql-rule', message: expr })
  for (const { name, matchers, window, within } of selectors) {
    for (const label of ['job', 'instance']) {
      const isThere = matchers.some(
        (one) => one.label === label && one.operator === '=~' && one.value === `$${label}`,
      )
      if (!isThere) found.push({ rule: `target-${label}-rule`, message: expr })
    }
    const counts = within === 'rate' || within === 'irate' || within === 'increase'
    if (name.endsWith('_total') && !counts) {
      found.push({ rule: 'target-counter-agg-rule', message: expr })
    }
    if (window !== null && window !== '$__rate_interval') {
      found.push({ rule: 'target-rate-interval-rule', message: expr })
    }
  }
  return found
}
