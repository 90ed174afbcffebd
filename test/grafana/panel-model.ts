import { z } from 'zod'

// Panels as Grafana publishes them: https://www.npmjs.com/package/@grafana/grafana-foundation-sdk. Strict: what is not here is not used.

/** Where a query goes. */
export const datasource = z.strictObject({
  type: z.literal('prometheus'),
  uid: z.string(),
})

/** The colours the dashboards use, which Grafana draws to be read on light and on dark. */
export const colour = z.enum(['text', 'green', 'yellow', 'orange', 'red', 'blue'])

/** A place on a grid of 24 columns. */
export const gridPos = z.strictObject({
  h: z.int().positive(),
  w: z.int().min(1).max(24),
  x: z.int().min(0).max(23),
  y: z.int().min(0),
})

const target = z.strictObject({
  refId: z.string().regex(/^[A-Z]$/),
  datasource,
  editorMode: z.literal('code'),
  expr: z.string().min(1),
  legendFormat: z.string().min(1).optional(),
  instant: z.boolean(),
  range: z.boolean(),
  format: z.enum(['time_series', 'table', 'heatmap']).optional(),
})

const mapping = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('special'),
    options: z.strictObject({
      match: z.enum(['true', 'false', 'null', 'nan', 'null+nan', 'empty']),
      result: z.strictObject({ text: z.string(), index: z.int() }),
    }),
  }),
  z.strictObject({
    type: z.literal('value'),
    options: z.record(
      z.string(),
      z.strictObject({ text: z.string(), color: colour, index: z.int() }),
    ),
  }),
])

const custom = z.strictObject({
  drawStyle: z.enum(['line', 'bars', 'points']).optional(),
  lineInterpolation: z.enum(['linear', 'smooth', 'stepBefore', 'stepAfter']).optional(),
  lineWidth: z.int().optional(),
  fillOpacity: z.int().min(0).max(100).optional(),
  gradientMode: z.enum(['none', 'opacity', 'hue', 'scheme']).optional(),
  showPoints: z.enum(['auto', 'never', 'always']).optional(),
  pointSize: z.int().optional(),
  spanNulls: z.boolean().optional(),
  axisSoftMin: z.number().optional(),
  stacking: z
    .strictObject({ mode: z.enum(['none', 'normal', 'percent']), group: z.string() })
    .optional(),
  thresholdsStyle: z
    .strictObject({ mode: z.enum(['off', 'line', 'dashed', 'area', 'line+area', 'series']) })
    .optional(),
  align: z.enum(['auto', 'left', 'right', 'center']).optional(),
  cellOptions: z.strictObject({ type: z.enum(['auto', 'color-text']) }).optional(),
  inspect: z.boolean().optional(),
})

const fieldConfig = z.strictObject({
  defaults: z.strictObject({
    unit: z.string().optional(),
    decimals: z.int().optional(),
    min: z.number().optional(),
    max: z.number().optional(),
    noValue: z.string().min(1),
    color: z.strictObject({ mode: z.enum(['thresholds', 'palette-classic', 'fixed']) }),
    mappings: z.array(mapping),
    thresholds: z.strictObject({
      mode: z.enum(['absolute', 'percentage']),
      steps: z.array(z.strictObject({ value: z.number().nullable(), color: colour })).min(1),
    }),
    custom: custom.optional(),
  }),
  overrides: z.array(
    z.strictObject({
      matcher: z.strictObject({ id: z.literal('byName'), options: z.string() }),
      properties: z.array(
        z.discriminatedUnion('id', [
          z.strictObject({ id: z.literal('unit'), value: z.string() }),
          z.strictObject({ id: z.literal('mappings'), value: z.array(mapping) }),
        ]),
      ),
    }),
  ),
})

const reduceOptions = z.strictObject({
  calcs: z.array(z.enum(['lastNotNull', 'last', 'max', 'mean', 'sum'])).length(1),
  fields: z.literal(''),
  values: z.literal(false),
})
const legend = z.strictObject({
  displayMode: z.enum(['list', 'table', 'hidden']),
  placement: z.enum(['bottom', 'right']),
  showLegend: z.boolean(),
  calcs: z.array(z.string()),
})
const tooltip = z.strictObject({
  mode: z.enum(['single', 'multi', 'none']),
  sort: z.enum(['asc', 'desc', 'none']),
})
const orientation = z.enum(['auto', 'vertical', 'horizontal'])
const sizing = z.enum(['auto', 'manual'])

/** A link of a dashboard or a panel. */
export const link = z.strictObject({
  type: z.enum(['link', 'dashboards']),
  title: z.string().min(1),
  url: z.string(),
  tags: z.array(z.string()),
  icon: z.string(),
  tooltip: z.string(),
  asDropdown: z.boolean(),
  includeVars: z.boolean(),
  keepTime: z.boolean(),
  targetBlank: z.boolean(),
})

const panelBase = {
  id: z.int().positive(),
  title: z.string().min(1),
  description: z.string().min(1),
  datasource,
  gridPos,
  links: z.array(link),
  targets: z.array(target).min(1),
  fieldConfig,
}

/** A panel that draws something. */
export const panel = z.discriminatedUnion('type', [
  z.strictObject({
    ...panelBase,
    type: z.literal('timeseries'),
    options: z.strictObject({ legend, tooltip }),
  }),
  z.strictObject({
    ...panelBase,
    type: z.literal('stat'),
    options: z.strictObject({
      reduceOptions,
      orientation,
      textMode: z.enum(['auto', 'value', 'value_and_name', 'name', 'none']),
      wideLayout: z.boolean(),
      colorMode: z.enum(['value', 'background', 'background_solid', 'none']),
      graphMode: z.enum(['none', 'line', 'area']),
      justifyMode: z.enum(['auto', 'center']),
      showPercentChange: z.boolean(),
      percentChangeColorMode: z.enum(['standard', 'inverted', 'same_as_value']),
    }),
  }),
  z.strictObject({
    ...panelBase,
    type: z.literal('gauge'),
    options: z.strictObject({
      reduceOptions,
      orientation,
      showThresholdLabels: z.boolean(),
      showThresholdMarkers: z.boolean(),
      sizing,
      minVizWidth: z.int(),
      minVizHeight: z.int(),
    }),
  }),
  z.strictObject({
    ...panelBase,
    type: z.literal('bargauge'),
    options: z.strictObject({
      reduceOptions,
      orientation,
      displayMode: z.enum(['basic', 'lcd', 'gradient']),
      valueMode: z.enum(['color', 'text', 'hidden']),
      namePlacement: z.enum(['auto', 'top', 'left', 'hidden']),
      showUnfilled: z.boolean(),
      sizing,
      minVizWidth: z.int(),
      minVizHeight: z.int(),
      maxVizHeight: z.int(),
      legend,
    }),
  }),
  z.strictObject({
    ...panelBase,
    type: z.literal('state-timeline'),
    options: z.strictObject({
      showValue: z.enum(['auto', 'never', 'always']),
      rowHeight: z.number().min(0).max(1),
      mergeValues: z.boolean(),
      alignValue: z.enum(['center', 'left', 'right']),
      legend,
      tooltip,
    }),
  }),
  z.strictObject({
    ...panelBase,
    type: z.literal('heatmap'),
    options: z.strictObject({
      calculate: z.literal(false),
      cellGap: z.int(),
      cellValues: z.strictObject({ decimals: z.int(), unit: z.string() }),
      color: z.strictObject({
        mode: z.enum(['scheme', 'opacity']),
        scheme: z.literal('Oranges'),
        fill: z.string(),
        scale: z.enum(['linear', 'exponential']),
        exponent: z.number(),
        steps: z.int(),
        reverse: z.boolean(),
      }),
      exemplars: z.strictObject({ color: z.string() }),
      filterValues: z.strictObject({ le: z.number() }),
      legend: z.strictObject({ show: z.boolean() }),
      rowsFrame: z.strictObject({ layout: z.enum(['auto', 'le', 'ge', 'unknown']) }),
      showValue: z.enum(['auto', 'never', 'always']),
      tooltip: z.strictObject({
        mode: z.enum(['single', 'multi', 'none']),
        showColorScale: z.boolean(),
        yHistogram: z.boolean(),
      }),
      yAxis: z.strictObject({
        axisPlacement: z.enum(['auto', 'left', 'right', 'hidden']),
        reverse: z.boolean(),
        unit: z.string(),
      }),
    }),
  }),
  z.strictObject({
    ...panelBase,
    type: z.literal('table'),
    options: z.strictObject({
      showHeader: z.boolean(),
      cellHeight: z.enum(['sm', 'md', 'lg', 'auto']),
      frameIndex: z.int(),
    }),
    transformations: z.tuple([
      z.strictObject({ id: z.literal('merge'), options: z.strictObject({}) }),
      z.strictObject({
        id: z.literal('organize'),
        options: z.strictObject({
          excludeByName: z.record(z.string(), z.boolean()),
          indexByName: z.record(z.string(), z.int()),
          renameByName: z.record(z.string(), z.string()),
        }),
      }),
    ]),
  }),
])

/** A panel that draws something. */
export type PanelModel = z.infer<typeof panel>
