import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { TINY_SIZES } from '../../bench/bench-sizes.ts'
import { printRaces, printTable } from '../../bench/print-table.ts'
import { type Row, row } from '../../bench/rows.ts'
import { type Measurements, runBench } from '../../bench/run-bench.ts'

/** The bench runs what was built; here the source runs, so that nothing needs to be built first. */
const TSX = ['--import', import.meta.resolve('tsx')]
const FROM_SOURCE = {
  serviceArgs: [...TSX, fileURLToPath(new URL('../../src/main.ts', import.meta.url))],
  libraryUrl: new URL('../../src/index.ts', import.meta.url).href,
  nodeArgs: TSX,
}

/** Rows that only Linux can fill. */
const isFromProc = ({ name, unit }: Row) => name.includes('processor time') || unit === 'MB'
/** Processor time comes in ticks of 10 ms, and quick work may hold the loop for none of them. */
const mayBeZero = ({ name }: Row) => name.includes('processor time') || name.includes('held')

describe('the bench', () => {
  let seen: Measurements
  beforeAll(async () => {
    seen = await runBench({ product: FROM_SOURCE, sizes: TINY_SIZES })
  }, 240_000)

  it('fills every row of the service and of what stands beside it', () => {
    const told = seen.rows.filter((each) => process.platform === 'linux' || !isFromProc(each))
    for (const each of told) {
      const least = mayBeZero(each) ? 0 : Number.MIN_VALUE
      expect(each.service, each.name).toBeGreaterThanOrEqual(least)
      if (each.beside !== '') expect(each.other, each.name).toBeGreaterThanOrEqual(least)
    }
    const kinds = [
      'getUserAccessToken',
      'GET /v1/tokens',
      'scheduler tick',
      'GET /metrics',
      'refresh, own share',
      'woken over HTTP, a SQLite file, another instance',
      'woken: the last of 10',
      'callback → completed',
      'POST /v1/sessions',
      'spawn → ready',
      'resident memory',
    ]
    for (const kind of kinds) {
      expect(seen.rows.map(({ name }) => name)).toContainEqual(expect.stringContaining(kind))
    }
  })

  it('races every contestant, and one call makes all callers of the service fresh', () => {
    const names = seen.races.map(({ name }) => name)
    expect(names).toEqual(['feishu-card-auth', 'better-auth 1.6.25', '@slack/oauth 4.0.0'])
    for (const { callers, fresh, stale, failed } of seen.races) {
      expect(fresh + stale + failed).toBe(callers)
    }
    expect(seen.races[0]).toMatchObject({ calls: 1, refused: 0, fresh: 5, stale: 0, failed: 0 })
  })
})

describe('the tables', () => {
  it('show both values, their ratio, the goal and whether it was met', () => {
    const table = printTable([
      row({
        name: 'spawn → ready',
        unit: 'ms',
        service: 500,
        other: 200,
        goal: { of: 'value', most: 1000 },
      }),
      row({
        name: 'reads',
        unit: '/s',
        service: 50,
        beside: 'peer',
        other: 100,
        goal: { of: 'ratio', least: 0.6 },
      }),
      row({ name: 'resident memory', unit: 'MB', service: 99.9 }),
    ])
    expect(table.split('\n')).toEqual([
      '|                 | service |    beside it | service ÷ it | goal or limit |        |',
      '|-----------------|--------:|-------------:|-------------:|---------------|--------|',
      '| spawn → ready   |  500 ms | floor 200 ms |         2.50 | ≤ 1000 ms     | met    |',
      '| reads           | 50.0 /s |  peer 100 /s |         0.50 | ratio ≥ 0.6   | missed |',
      '| resident memory | 99.9 MB |            – |            – |               |        |',
    ])
  })

  it('show what became of the callers', () => {
    const race = {
      name: 'peer',
      callers: 50,
      calls: 50,
      refused: 49,
      fresh: 1,
      stale: 49,
      failed: 0,
    }
    expect(printRaces([race]).split('\n')).toEqual([
      '| one token ran out | callers at once | calls made | refused | fresh | stale | failed |',
      '|-------------------|----------------:|-----------:|--------:|------:|------:|-------:|',
      '| peer              |              50 |         50 |      49 |     1 |    49 |      0 |',
    ])
  })
})
