import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { TINY_SIZES } from '../../bench/bench-sizes.ts'
import { printTable } from '../../bench/print-table.ts'
import { type Row, row } from '../../bench/rows.ts'
import { runBench } from '../../bench/run-bench.ts'

/** The bench runs what was built; here the source runs, so that nothing needs to be built first. */
const FROM_SOURCE = [
  '--import',
  import.meta.resolve('tsx'),
  fileURLToPath(new URL('../../src/main.ts', import.meta.url)),
]

/** Rows without a floor: the service alone keeps within Feishu's limit. */
const ALONE = ['POST /v1/sessions, new people of one app']
/** Rows that only Linux can fill. */
const isFromProc = ({ name, unit }: Row) => name.includes('processor time') || unit === 'MB'

describe('the bench', () => {
  it('fills every row for the service and the floor', async () => {
    const rows = await runBench({ serviceArgs: FROM_SOURCE, sizes: TINY_SIZES })
    const told = rows.filter((each) => process.platform === 'linux' || !isFromProc(each))
    expect(told).not.toHaveLength(0)
    for (const each of told) {
      expect(each.service, each.name).toBeGreaterThanOrEqual(leastOf(each))
      if (!ALONE.includes(each.name)) {
        expect(each.floor, each.name).toBeGreaterThanOrEqual(leastOf(each))
      }
    }
    const kinds = ['callback → completed', 'POST /v1/sessions', 'spawn → ready', 'resident memory']
    for (const kind of kinds) {
      expect(rows.map(({ name }) => name)).toContainEqual(expect.stringContaining(kind))
    }
  }, 120_000)
})

describe('the table', () => {
  it('shows both values, their ratio and the goal, and a dash for what nobody told', () => {
    const table = printTable([
      row({ name: 'spawn → ready', unit: 'ms', service: 500, floor: 200, goal: '< 1000' }),
      row({ name: 'resident memory', unit: 'MB', service: 99.9, floor: null }),
    ])
    expect(table.split('\n')).toEqual([
      '|                 | service |  floor | service ÷ floor | goal or limit |',
      '|-----------------|--------:|-------:|----------------:|---------------|',
      '| spawn → ready   |  500 ms | 200 ms |            2.50 | < 1000        |',
      '| resident memory | 99.9 MB |      – |               – |               |',
    ])
  })
})

/** Processor time comes in ticks of 10 ms, so a few quick requests may take none. */
function leastOf({ name }: Row): number {
  return name.includes('processor time') ? 0 : Number.MIN_VALUE
}
