import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { colour, datasource, gridPos, link, type PanelModel, panel } from './panel-model.ts'

const row = z.strictObject({
  id: z.int().positive(),
  type: z.literal('row'),
  title: z.string().min(1),
  collapsed: z.literal(false),
  gridPos,
  panels: z.tuple([]),
})

const current = z.strictObject({
  selected: z.boolean(),
  text: z.union([z.string(), z.array(z.string())]),
  value: z.union([z.string(), z.array(z.string())]),
})
const variableBase = {
  name: z.string().regex(/^\w+$/),
  label: z.string().min(1),
  hide: z.literal([0, 1, 2]),
  skipUrlSync: z.boolean(),
}

const variable = z.discriminatedUnion('type', [
  z.strictObject({
    ...variableBase,
    type: z.literal('datasource'),
    query: z.string(),
    regex: z.string(),
    current,
    options: z.tuple([]),
    includeAll: z.boolean(),
    multi: z.boolean(),
    refresh: z.literal([0, 1, 2]),
  }),
  z.strictObject({
    ...variableBase,
    type: z.literal('query'),
    datasource,
    definition: z.string(),
    query: z.strictObject({ qryType: z.literal(1), query: z.string(), refId: z.string() }),
    regex: z.string(),
    current,
    options: z.tuple([]),
    allValue: z.string(),
    includeAll: z.boolean(),
    multi: z.boolean(),
    refresh: z.literal([0, 1, 2]),
    sort: z.int().min(0).max(8),
  }),
  z.strictObject({
    ...variableBase,
    type: z.literal('textbox'),
    query: z.string(),
    current,
    options: z.array(current),
  }),
])

const annotation = z.strictObject({
  name: z.string().min(1),
  datasource,
  enable: z.boolean(),
  hide: z.boolean(),
  iconColor: colour,
  expr: z.string().min(1),
  step: z.string(),
  titleFormat: z.string(),
  textFormat: z.string(),
})

/**
 * The parts of Grafana's dashboard schema that the dashboards use, after the types Grafana publishes:
 * https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/.
 */
const dashboardModel = z.strictObject({
  id: z.null(),
  uid: z.string().regex(/^[a-z-]{1,40}$/),
  title: z.string().min(1),
  description: z.string().min(1),
  tags: z.array(z.string()),
  editable: z.boolean(),
  graphTooltip: z.literal([0, 1, 2]),
  schemaVersion: z.int(),
  version: z.int(),
  timezone: z.literal(['browser', 'utc', '']),
  time: z.strictObject({ from: z.string(), to: z.string() }),
  timepicker: z.strictObject({}),
  refresh: z.string(),
  fiscalYearStartMonth: z.int(),
  links: z.array(link),
  annotations: z.strictObject({ list: z.array(annotation) }),
  templating: z.strictObject({ list: z.array(variable) }),
  panels: z.array(z.union([row, panel])),
})

/** A dashboard that has been checked. */
export type DashboardModel = z.infer<typeof dashboardModel>

const root = resolve(import.meta.dirname, '../..')
const folder = join(root, 'grafana/dashboards')

/** The files of the dashboards. */
export const dashboardFiles = readdirSync(folder).filter((file) => file.endsWith('.json'))

/** A dashboard as its file has it, or what is wrong with it. */
export function readDashboard(file: string): DashboardModel {
  const checked = dashboardModel.safeParse(JSON.parse(readFileSync(join(folder, file), 'utf8')))
  if (!checked.success) throw new Error(`${file}: ${z.prettifyError(checked.error)}`)
  return checked.data
}

/** The panels of a dashboard without the headings. */
export function panelsOf(dashboard: DashboardModel): PanelModel[] {
  return dashboard.panels.filter((one): one is PanelModel => one.type !== 'row')
}
