import type { Row } from './rows.ts'

const HEADINGS = ['', 'service', 'floor', 'service ÷ floor', 'goal or limit']

/** Draws the rows as a table in Markdown that is aligned in a terminal as well. */
export function printTable(rows: readonly Row[]): string {
  const cells = [
    HEADINGS,
    ...rows.map(({ name, unit, service, floor, ratio, goal }) => [
      name,
      withUnit(service, unit),
      withUnit(floor, unit),
      ratio === null ? '–' : ratio.toFixed(2),
      goal ?? '',
    ]),
  ]
  const widths = HEADINGS.map((_, column) =>
    Math.max(...cells.map((line) => line[column]?.length ?? 0)),
  )
  const lines = cells.map((line) => {
    const padded = line.map((cell, column) => {
      const width = widths[column] ?? 0
      return column === 0 || column === 4 ? cell.padEnd(width) : cell.padStart(width)
    })
    return `| ${padded.join(' | ')} |`
  })
  const rule = widths.map((width, column) => {
    const dashes = '-'.repeat(width + 1)
    return column === 0 || column === 4 ? `${dashes}-` : `${dashes}:`
  })
  lines.splice(1, 0, `|${rule.join('|')}|`)
  return lines.join('\n')
}

function withUnit(value: number | null, unit: string): string {
  if (value === null) return '–'
  return `${value >= 100 ? Math.round(value) : value.toFixed(value >= 10 ? 1 : 2)} ${unit}`
}
