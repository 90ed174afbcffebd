import type { Race } from './measure-races.ts'
import type { Row } from './rows.ts'

/** The columns of numbers stand to the right. */
type Column = { heading: string; isNumber: boolean }

const ROW_COLUMNS: readonly Column[] = [
  { heading: '', isNumber: false },
  { heading: 'service', isNumber: true },
  { heading: 'beside it', isNumber: true },
  { heading: 'service ÷ it', isNumber: true },
  { heading: 'goal or limit', isNumber: false },
  { heading: '', isNumber: false },
]

const RACE_COLUMNS: readonly Column[] = [
  { heading: 'one token ran out', isNumber: false },
  { heading: 'callers at once', isNumber: true },
  { heading: 'calls made', isNumber: true },
  { heading: 'refused', isNumber: true },
  { heading: 'fresh', isNumber: true },
  { heading: 'stale', isNumber: true },
  { heading: 'failed', isNumber: true },
]

/** Draws the rows as a table in Markdown that is aligned in a terminal as well. */
export function printTable(rows: readonly Row[]): string {
  return draw(
    ROW_COLUMNS,
    rows.map(({ name, unit, service, beside, other, ratio, goal, isMet }) => [
      name,
      withUnit(service, unit),
      other === null ? '–' : `${beside} ${withUnit(other, unit)}`,
      ratio === null ? '–' : ratio.toFixed(2),
      goal ?? '',
      isMet === null ? '' : isMet ? 'met' : 'missed',
    ]),
  )
}

/** Draws what became of the callers of each race. */
export function printRaces(races: readonly Race[]): string {
  return draw(
    RACE_COLUMNS,
    races.map(({ name, callers, calls, refused, fresh, stale, failed }) => [
      name,
      ...[callers, calls, refused, fresh, stale, failed].map(String),
    ]),
  )
}

function draw(columns: readonly Column[], lines: readonly (readonly string[])[]): string {
  const all = [columns.map(({ heading }) => heading), ...lines]
  const widths = columns.map((_, column) =>
    Math.max(...all.map((line) => line[column]?.length ?? 0)),
  )
  const drawn = all.map((line) => {
    const cells = columns.map(({ isNumber }, column) => {
      const [cell, width] = [line[column] ?? '', widths[column] ?? 0]
      return isNumber ? cell.padStart(width) : cell.padEnd(width)
    })
    return `| ${cells.join(' | ')} |`
  })
  const rule = columns.map(({ isNumber }, column) => {
    const dashes = '-'.repeat((widths[column] ?? 0) + 1)
    return isNumber ? `${dashes}:` : `${dashes}-`
  })
  drawn.splice(1, 0, `|${rule.join('|')}|`)
  return drawn.join('\n')
}

function withUnit(value: number | null, unit: string): string {
  if (value === null) return '–'
  return `${value >= 100 ? Math.round(value) : value.toFixed(value >= 10 ? 1 : 2)} ${unit}`
}
