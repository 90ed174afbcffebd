/** Where every query goes: to what the variable of the dashboard names. */
export const DATASOURCE = { type: 'prometheus', uid: '$datasource' }

/** A query, and what its series are called. */
export type Query = { expr: string; legend?: string }

/** The colours used: named ones, which Grafana draws to be read on light and on dark. */
export type Colour = 'text' | 'green' | 'yellow' | 'orange' | 'red' | 'blue'

/** From which value on a colour holds; the first has none. */
export type Step = { from: number | null; colour: Colour }

/** What values are called instead of drawing their number. */
export type Words = Readonly<Record<string, { text: string; colour: Colour }>>

/** A link beside the title of a panel. */
export type PanelLink = { title: string; url: string; targetBlank?: boolean }

/** What every panel says about itself. */
export type About = {
  title: string
  /** What it shows, when to worry, and what it means when it is empty. */
  description: string
  queries: readonly Query[]
  /** One of Grafana's units; may be left out where `words` say everything. */
  unit?: string
  words?: Words
  steps?: readonly Step[]
  decimals?: number
  /** What is written where there is nothing to draw. */
  noValue?: string
  links?: readonly PanelLink[]
  width: number
  height?: number
}

/** A panel before it has a place. */
export type Panel = { width: number; height: number; json: Record<string, unknown> }

const NEUTRAL: readonly Step[] = [{ from: null, colour: 'text' }]

/** What is written when nothing answers, unless a panel knows better. */
const NOT_SCRAPED = 'not scraped'

/** What one kind of panel adds to what all have. */
type Kind = {
  query: Record<string, unknown>
  options: Record<string, unknown>
  colour?: 'thresholds' | 'palette-classic'
  defaults?: Record<string, unknown>
  overrides?: readonly unknown[]
  transformations?: readonly unknown[]
}

/** What all kinds of panels have in common. */
export function panelOf(type: string, about: About, kind: Kind): Panel {
  const { title, description, queries, unit, decimals, links = [], width, height = 8 } = about
  const { query, options, colour = 'thresholds', defaults, overrides = [], transformations } = kind
  const json = {
    type,
    title,
    description,
    datasource: DATASOURCE,
    links: links.map(linkOf),
    targets: queries.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode(65 + index),
      datasource: DATASOURCE,
      editorMode: 'code',
      expr,
      ...(legend !== undefined && { legendFormat: legend }),
      ...query,
    })),
    fieldConfig: {
      defaults: {
        ...(unit && { unit }),
        ...(decimals !== undefined && { decimals }),
        noValue: about.noValue ?? NOT_SCRAPED,
        color: { mode: colour },
        mappings: mappingsOf(about.words),
        thresholds: thresholdsOf(about.steps ?? NEUTRAL),
        ...defaults,
      },
      overrides,
    },
    options,
    ...(transformations && { transformations }),
  }
  return { width, height, json }
}

function linkOf({ title, url, targetBlank = false }: PanelLink) {
  return {
    type: 'link',
    title,
    url,
    icon: 'external link',
    tooltip: '',
    tags: [],
    asDropdown: false,
    includeVars: false,
    keepTime: false,
    targetBlank,
  }
}

function thresholdsOf(steps: readonly Step[]) {
  const written = steps.map(({ from, colour }) => ({ value: from, color: colour }))
  return { mode: 'absolute', steps: written }
}

/** Quantiles of nothing are not a number, which is no news. */
function mappingsOf(words: Words = {}): readonly unknown[] {
  const nothing = { type: 'special', options: { match: 'nan', result: { text: 'none', index: 0 } } }
  if (Object.keys(words).length === 0) return [nothing]
  const named = Object.entries(words).map(([value, { text, colour }], index) => [
    value,
    { text, color: colour, index: index + 1 },
  ])
  return [nothing, { type: 'value', options: Object.fromEntries(named) }]
}
