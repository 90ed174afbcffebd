import { DATASOURCE, type Panel, type PanelLink } from './panel.ts'
import { changes, metric, processMetric } from './promql.ts'

/** A dashboard as Grafana reads it from a file. */
export type Dashboard = { uid: string; title: string } & Record<string, unknown>

/** A heading, and the panels under it in reading order. */
export type Row = { title: string; panels: readonly Panel[] }

/** What a user may pick, from general to specific. */
const VARIABLES = [
  { name: 'job', label: 'Job', query: `label_values(lark_service_build_info, job)` },
  {
    name: 'instance',
    label: 'Instance',
    query: `label_values(lark_service_build_info{job=~"$job"}, instance)`,
  },
  {
    name: 'app_id',
    label: 'App',
    query: `label_values(lark_service_auth_session_total{job=~"$job"}, app_id)`,
  },
]

/** Where the runbooks are read; a site with a copy of its own says so here or with `var-runbooks=` in the address. */
const RUNBOOKS = 'https://docs.example.com/feishu-card-auth/runbooks'

const TAG = 'lark-auth'
const COLUMNS = 24

/** A link to the page of an alert. */
export function runbook(alert: string): PanelLink {
  return { title: `Runbook: ${alert}`, url: `$runbooks/${alert}.md`, targetBlank: true }
}

/** A link to another dashboard that keeps the time and what was picked. */
export function dashboardLink(uid: string, title: string): PanelLink {
  return { title, url: `/d/${uid}?$__url_time_range&$__all_variables` }
}

/** Puts rows of panels in their places and adds what all four dashboards share. */
export function dashboard(about: {
  uid: string
  title: string
  description: string
  rows: readonly Row[]
}): Dashboard {
  return {
    id: null,
    uid: about.uid,
    title: about.title,
    description: about.description,
    tags: [TAG],
    editable: false,
    graphTooltip: 1,
    schemaVersion: 39,
    version: 1,
    timezone: 'browser',
    time: { from: 'now-6h', to: 'now' },
    timepicker: {},
    refresh: '1m',
    fiscalYearStartMonth: 0,
    links: [links()],
    annotations: { list: annotations() },
    templating: { list: variables() },
    panels: placed(about.rows),
  }
}

/** The other dashboards, found by their tag. */
function links() {
  return {
    type: 'dashboards',
    title: 'Feishu card auth',
    tags: [TAG],
    icon: 'external link',
    tooltip: '',
    url: '',
    asDropdown: false,
    includeVars: true,
    keepTime: true,
    targetBlank: false,
  }
}

function annotations() {
  const started = changes(processMetric('process_start_time_seconds'), '5m')
  const build = metric('build_info')
  const deployed = `count by (version, revision) (${build}) unless count by (version, revision) (${build} offset 5m)`
  const drawn = { datasource: DATASOURCE, enable: true, hide: false, step: '60s' }
  return [
    {
      ...drawn,
      name: 'Restarts',
      iconColor: 'orange',
      expr: `${started} > 0`,
      titleFormat: 'Restart',
      textFormat: '{{instance}}',
    },
    {
      ...drawn,
      name: 'Deploys',
      iconColor: 'blue',
      expr: deployed,
      titleFormat: 'New version',
      textFormat: '{{version}} ({{revision}})',
    },
  ]
}

function variables() {
  const source = {
    type: 'datasource',
    name: 'datasource',
    label: 'Data source',
    query: 'prometheus',
    regex: '',
    current: { selected: false, text: 'default', value: 'default' },
    options: [],
    hide: 0,
    includeAll: false,
    multi: false,
    refresh: 1,
    skipUrlSync: false,
  }
  const picked = VARIABLES.map(({ name, label, query }) => ({
    type: 'query',
    name,
    label,
    datasource: DATASOURCE,
    definition: query,
    query: { qryType: 1, query, refId: 'PrometheusVariableQueryEditor-VariableQuery' },
    regex: '',
    current: { selected: true, text: ['All'], value: ['$__all'] },
    options: [],
    allValue: '.+',
    includeAll: true,
    multi: true,
    hide: 0,
    refresh: 2,
    sort: 1,
    skipUrlSync: false,
  }))
  const runbooks = {
    type: 'textbox',
    name: 'runbooks',
    label: 'Runbooks',
    query: RUNBOOKS,
    current: { selected: true, text: RUNBOOKS, value: RUNBOOKS },
    options: [{ selected: true, text: RUNBOOKS, value: RUNBOOKS }],
    hide: 2,
    skipUrlSync: false,
  }
  return [source, ...picked, runbooks]
}

/** Fills lines of 24 columns from left to right; a heading begins a new line. */
function placed(rows: readonly Row[]): readonly Record<string, unknown>[] {
  const out: Record<string, unknown>[] = []
  let y = 0
  for (const { title, panels } of rows) {
    out.push({
      id: out.length + 1,
      type: 'row',
      title,
      collapsed: false,
      gridPos: { h: 1, w: COLUMNS, x: 0, y },
      panels: [],
    })
    y += 1
    let x = 0
    let lineHeight = 0
    for (const { width, height, json } of panels) {
      if (x + width > COLUMNS) {
        y += lineHeight
        x = 0
        lineHeight = 0
      }
      out.push({ id: out.length + 1, ...json, gridPos: { h: height, w: width, x, y } })
      x += width
      lineHeight = Math.max(lineHeight, height)
    }
    y += lineHeight
  }
  return out
}
