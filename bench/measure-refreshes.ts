import { type Row, row } from './rows.ts'
import type { ContestantName } from './start-contestant.ts'
import type { TokenStage } from './token-stage.ts'

const ANSWER_MS = 20
/** Of each contestant in turn, so that a busy moment of the machine hits both. */
const ROUND = 50

/**
 * Measures how long a refresh takes beside the time that the token endpoint holds its answer: statements, commits, HTTP.
 *
 * As many again come first, for a service that has just started is not yet compiled.
 */
export async function measureRefreshes(stage: TokenStage, count: number): Promise<Row[]> {
  const service = await startRefreshing(stage, 'service', count)
  const floor = await startRefreshing(stage, 'refresh-floor', count)
  for (let done = 0; done < 2 * count; done += ROUND) {
    const round = { from: done, count: Math.min(ROUND, 2 * count - done) }
    await service.refresh(round)
    await floor.refresh(round)
  }
  const of = (contestant: typeof service, share: number) => {
    const own = contestant.own.slice(count).sort((a, b) => a - b)
    return own[Math.ceil(own.length * share) - 1] ?? null
  }
  const name = 'refresh, own share'
  return [
    row({ name: `${name}, p50`, unit: 'ms', service: of(service, 0.5), other: of(floor, 0.5) }),
    row({
      name: `${name}, p99`,
      unit: 'ms',
      service: of(service, 0.99),
      other: of(floor, 0.99),
      goal: { of: 'value', most: 5 },
    }),
  ]
}

async function startRefreshing(stage: TokenStage, name: ContestantName, count: number) {
  const people = 2 * count
  const endpoint = await stage.endpoint(ANSWER_MS)
  const database = await stage.fill(`${name}-refreshes`, { count: people, expiresInSeconds: 7200 })
  const contestant = await stage.contestant(name, { database, endpoint, people })
  const own: number[] = []
  return {
    own,
    async refresh(round: { from: number; count: number }) {
      const { times } = await contestant.refreshes(round)
      const { heldMs } = await endpoint.counts()
      own.push(...times.map((time, index) => time - (heldMs[index] ?? 0)))
    },
  }
}
