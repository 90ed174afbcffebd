import { type Row, row } from './rows.ts'
import type { TokenStage } from './token-stage.ts'

const ANSWER_MS = 20
const WARM_UP = 10

/** Measures how long a refresh takes beside the time that the token endpoint holds its answer: statements, commits, HTTP. */
export async function measureRefreshes(stage: TokenStage, count: number): Promise<Row[]> {
  const people = count + WARM_UP
  const endpoint = await stage.endpoint(ANSWER_MS)
  const database = await stage.fill('refreshes', { count: people, expiresInSeconds: 7200 })
  const service = await stage.contestant('service', { database, endpoint, people })
  await service.refreshes({ from: 0, count: WARM_UP })
  await endpoint.counts()
  const { times } = await service.refreshes({ from: WARM_UP, count })
  const { heldMs } = await endpoint.counts()
  const own = times.map((time, index) => time - (heldMs[index] ?? 0)).sort((a, b) => a - b)
  const at = (share: number) => own[Math.ceil(own.length * share) - 1] ?? null
  return [
    row({ name: 'refresh, own share, p50', unit: 'ms', service: at(0.5) }),
    row({
      name: 'refresh, own share, p99',
      unit: 'ms',
      service: at(0.99),
      goal: { of: 'value', most: 5 },
    }),
  ]
}
