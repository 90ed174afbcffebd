import { type About, type Panel, panelOf } from './panel.ts'

const NOW = { instant: true, range: false }
const OVER_TIME = { instant: false, range: true }
const LAST = { calcs: ['lastNotNull'], fields: '', values: false }
const NO_LEGEND = { displayMode: 'list', placement: 'bottom', showLegend: false, calcs: [] }
const MULTI = { mode: 'multi', sort: 'desc' }

/** Lines over time; `lines` draws the thresholds, `stacked` piles the series up. */
export function timeseries(about: About & { lines?: boolean; stacked?: boolean }): Panel {
  const { lines = false, stacked = false, queries } = about
  const isOne = queries.length === 1 && !queries[0]?.legend?.includes('{{')
  return panelOf('timeseries', about, {
    query: OVER_TIME,
    colour: 'palette-classic',
    defaults: {
      custom: {
        drawStyle: 'line',
        lineInterpolation: 'linear',
        lineWidth: stacked ? 1 : 2,
        fillOpacity: stacked ? 40 : 10,
        gradientMode: 'none',
        showPoints: 'auto',
        pointSize: 4,
        spanNulls: false,
        axisSoftMin: 0,
        stacking: { mode: stacked ? 'normal' : 'none', group: 'A' },
        thresholdsStyle: { mode: lines ? 'line' : 'off' },
      },
    },
    options: {
      legend: { ...NO_LEGEND, showLegend: !isOne },
      tooltip: MULTI,
    },
  })
}

/** One large value, or one for each series. */
export function stat(about: About): Panel {
  const isNamed = about.queries.some(({ legend }) => legend !== undefined)
  return panelOf('stat', about, {
    query: NOW,
    options: {
      reduceOptions: LAST,
      orientation: 'auto',
      textMode: isNamed ? 'value_and_name' : 'value',
      wideLayout: true,
      colorMode: 'value',
      graphMode: 'none',
      justifyMode: 'auto',
      showPercentChange: false,
      percentChangeColorMode: 'standard',
    },
  })
}

/** A dial from 0 to 1. */
export function gauge(about: About): Panel {
  return panelOf('gauge', about, {
    query: NOW,
    defaults: { min: 0, max: 1 },
    options: {
      reduceOptions: LAST,
      orientation: 'auto',
      showThresholdLabels: false,
      showThresholdMarkers: true,
      sizing: 'auto',
      minVizWidth: 75,
      minVizHeight: 75,
    },
  })
}

/** Horizontal bars in the order of the queries. */
export function bars(about: About): Panel {
  return panelOf('bargauge', about, {
    query: NOW,
    defaults: { min: 0 },
    options: {
      reduceOptions: LAST,
      orientation: 'horizontal',
      displayMode: 'basic',
      valueMode: 'text',
      namePlacement: 'left',
      showUnfilled: true,
      sizing: 'auto',
      minVizWidth: 8,
      minVizHeight: 16,
      maxVizHeight: 300,
      legend: NO_LEGEND,
    },
  })
}

/** What a state was when: one band for each series. */
export function stateTimeline(about: About): Panel {
  return panelOf('state-timeline', about, {
    query: OVER_TIME,
    defaults: { custom: { fillOpacity: 70, lineWidth: 0, spanNulls: false } },
    options: {
      showValue: 'auto',
      rowHeight: 0.8,
      mergeValues: true,
      alignValue: 'left',
      legend: NO_LEGEND,
      tooltip: MULTI,
    },
  })
}

/** Seconds of a histogram over time; the darker, the more. */
export function heatmap(about: About): Panel {
  return panelOf('heatmap', about, {
    query: { ...OVER_TIME, format: 'heatmap' },
    options: {
      calculate: false,
      cellGap: 1,
      cellValues: { decimals: 0, unit: 'short' },
      color: {
        mode: 'scheme',
        scheme: 'Oranges',
        fill: 'dark-orange',
        scale: 'exponential',
        exponent: 0.5,
        steps: 64,
        reverse: false,
      },
      exemplars: { color: 'orange' },
      filterValues: { le: 1e-9 },
      legend: { show: true },
      rowsFrame: { layout: 'auto' },
      showValue: 'never',
      tooltip: { mode: 'single', showColorScale: false, yHistogram: false },
      yAxis: { axisPlacement: 'left', reverse: false, unit: about.unit ?? 'short' },
    },
  })
}

/** A column of a table: the field it comes from, its heading, and its unit or words. */
export type Column = { field: string; heading: string; override?: Record<string, unknown> }

/** The latest values as a table with just these columns; queries beyond the first add a column each. */
export function table(about: About & { columns: readonly Column[] }): Panel {
  const { columns } = about
  const headings = columns.map(({ field, heading }) => [field, heading])
  const order = columns.map(({ field }, index) => [field, index])
  const overrides = columns.flatMap(({ heading, override = {} }) =>
    Object.entries(override).map(([id, value]) => ({
      matcher: { id: 'byName', options: heading },
      properties: [{ id, value }],
    })),
  )
  return panelOf('table', about, {
    query: { ...NOW, format: 'table' },
    defaults: {
      custom: { align: 'auto', cellOptions: { type: 'color-text' }, inspect: false },
    },
    overrides,
    options: { showHeader: true, cellHeight: 'sm', frameIndex: 0 },
    transformations: [
      { id: 'merge', options: {} },
      {
        id: 'organize',
        options: {
          excludeByName: { Time: true },
          indexByName: Object.fromEntries(order),
          renameByName: Object.fromEntries(headings),
        },
      },
    ],
  })
}
