import type { TokenSizes } from './bench-sizes.ts'
import { measurePair } from './measure-pair.ts'
import { measureReads } from './measure-reads.ts'
import { openIdOf } from './people.mjs'
import { type Row, row, rowsOfLoad } from './rows.ts'
import type { BenchRequest } from './send-requests.ts'
import type { TokenStage } from './token-stage.ts'

const HOURS_4 = 14_400

/** Measures reading a stored token: in the process, beside the floor and both peers, and over HTTP beside bare Express. */
export async function measureTokens(
  stage: TokenStage,
  sizes: TokenSizes,
  onStep: (step: string) => void,
): Promise<Row[]> {
  const { people } = sizes
  onStep(`databases of ${people} grants`)
  const endpoint = await stage.endpoint(0)
  const database = await stage.fill('tokens', {
    count: people,
    expiresInSeconds: HOURS_4,
    refreshable: 0,
  })
  const on = { database, endpoint, people }
  const [service, floor, betterAuth, slack] = await Promise.all([
    stage.contestant('service', on),
    stage.contestant('floor', on),
    stage.contestant('better-auth', on),
    stage.contestant('slack-oauth', on),
  ])
  onStep('reads')
  const reads = await measureReads(
    {
      service: { process: service, people },
      floor: { process: floor, people },
      betterAuth: { process: betterAuth, people },
      slack: { process: slack, people },
    },
    {
      rounds: sizes.readRounds,
      milliseconds: sizes.readMilliseconds,
      atMost: sizes.readsAtMost,
    },
  )
  for (const each of [service, floor, betterAuth, slack]) await each.stop()

  onStep('reads over HTTP')
  const http = await measureHttp(stage, database, sizes)
  const name = 'getUserAccessToken'
  return [
    row({
      name,
      unit: '/s',
      service: reads.service.perSecond,
      other: reads.floor.perSecond,
      goal: { of: 'ratio', least: 0.6 },
    }),
    row({
      name,
      unit: '/s',
      service: reads.service.perSecond,
      beside: 'better-auth',
      other: reads.betterAuth.perSecond,
      goal: { of: 'ratio', least: 10 },
    }),
    row({
      name,
      unit: '/s',
      service: reads.service.perSecond,
      beside: '@slack/oauth, not encrypted',
      other: reads.slack.perSecond,
    }),
    ...(
      [
        ['p50', 'p50Us'],
        ['p99', 'p99Us'],
        ['processor time each', 'cpuUs'],
      ] as const
    ).flatMap(([what, key]) => [
      row({
        name: `${name}, ${what}`,
        unit: 'µs',
        service: reads.service[key],
        other: reads.floor[key],
      }),
      row({
        name: `${name}, ${what}`,
        unit: 'µs',
        service: reads.service[key],
        beside: 'better-auth',
        other: reads.betterAuth[key],
      }),
    ]),
    ...rowsOfLoad('GET /v1/tokens/{open_id}', http, { of: 'ratio', least: 0.7 }),
  ]
}

async function measureHttp(stage: TokenStage, database: string, sizes: TokenSizes) {
  const endpoint = await stage.endpoint(0)
  const service = await stage.service({ database, endpoint })
  const floor = await stage.httpFloor(database)
  const { authorization } = stage
  const prepare = (amount: number): BenchRequest[] =>
    Array.from({ length: amount }, () => ({
      method: 'GET',
      path: `/v1/tokens/${openIdOf(Math.floor(Math.random() * sizes.people))}`,
      headers: { authorization },
    }))
  const measured = await measurePair(
    {
      service: { process: service, prepare, status: 200 },
      floor: { process: floor, prepare, status: 200 },
    },
    sizes.http,
  )
  await service.stop()
  await floor.stop()
  return measured
}
