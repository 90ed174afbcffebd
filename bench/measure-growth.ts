import { setTimeout as wait } from 'node:timers/promises'
import type { TokenSizes } from './bench-sizes.ts'
import { makeOverdue } from './fill-grants.ts'
import { measureRound } from './measure-pair.ts'
import { measureReads } from './measure-reads.ts'
import { median } from './median.ts'
import { openIdOf } from './people.mjs'
import { type Row, row } from './rows.ts'
import type { BenchRequest } from './send-requests.ts'
import type { ServerProcess } from './start-process.ts'
import type { TokenEndpoint, TokenStage } from './token-stage.ts'

const HOURS_4 = 14_400
/** Longer than counts of the database are reused. */
const BETWEEN_SCRAPES_MS = 5500
const LONGEST_WAIT_MS = 90_000

/** Measures what a large database costs: reads beside those of a small one, the scheduler, scrapes and memory. */
export async function measureGrowth(
  stage: TokenStage,
  sizes: TokenSizes,
  onStep: (step: string) => void,
): Promise<Row[]> {
  const { few, many, overdue } = sizes
  onStep(`a database of ${many} grants`)
  const endpoint = await stage.endpoint(0)
  const small = await stage.fill('few', { count: few, expiresInSeconds: HOURS_4 })
  const large = await stage.fill('many', {
    count: many,
    expiresInSeconds: HOURS_4,
    old: overdue,
    refreshable: 0,
  })

  onStep('reads of few and of many grants')
  const inFew = { database: small, endpoint, people: few }
  // The old ones are the scheduler's: whoever read one would refresh it.
  const readable = many - overdue
  const inMany = { database: large, endpoint, people: readable }
  const readers = {
    few: { process: await stage.contestant('service', inFew), people: few },
    many: { process: await stage.contestant('service', inMany), people: readable },
    floorFew: { process: await stage.contestant('floor', inFew), people: few },
    floorMany: { process: await stage.contestant('floor', inMany), people: readable },
  }
  const reads = await measureReads(readers, {
    rounds: sizes.readRounds,
    milliseconds: sizes.readMilliseconds,
    atMost: sizes.readsAtMost,
  })
  for (const { process } of Object.values(readers)) await process.stop()

  onStep(`the service on ${many} grants`)
  const service = await stage.service({ database: large, endpoint, watchesLoop: true })
  const readyMb = service.usage().residentMb
  await service.loopHeldMs()
  makeOverdue(large, readable)
  const tick = await watchScheduler(service, endpoint, overdue)
  const scrape = await scrapeMetrics(service, sizes.scrapes)
  const prepare = (amount: number) => requestsFor(stage, readable, amount)
  const load = { process: service, prepare, status: 200 }
  await measureRound(load, sizes.http.requests * 4, sizes.http.connections)
  const loadedMb = service.usage().residentMb
  await service.stop()

  const grants = `${inWords(many)} grants`
  const beside = `${inWords(few)} grants`
  return [
    row({
      name: `getUserAccessToken, p50, ${grants}`,
      unit: 'µs',
      service: reads.many.p50Us,
      beside,
      other: reads.few.p50Us,
      goal: { of: 'ratio', most: 1.3 },
    }),
    row({
      name: `the floor's read, p50, ${grants}`,
      unit: 'µs',
      service: reads.floorMany.p50Us,
      beside,
      other: reads.floorFew.p50Us,
    }),
    row({ name: `scheduler tick, ${grants}`, unit: 'ms', service: tick.ms }),
    row({
      name: 'event loop held during ticks, at most',
      unit: 'ms',
      service: tick.heldMs,
      goal: { of: 'value', most: 50 },
    }),
    row({
      name: `GET /metrics, ${grants}`,
      unit: 'ms',
      service: scrape.ms,
      goal: { of: 'value', most: 250 },
    }),
    row({
      name: 'event loop held during a scrape, at most',
      unit: 'ms',
      service: scrape.heldMs,
      goal: { of: 'value', most: 50 },
    }),
    row({ name: `resident memory, ready, ${grants}`, unit: 'MB', service: readyMb }),
    row({
      name: `resident memory after reads, ${grants}`,
      unit: 'MB',
      service: loadedMb,
      goal: { of: 'value', most: 200 },
    }),
  ]
}

/** Waits until everything that was overdue has been refreshed. */
async function watchScheduler(service: ServerProcess, endpoint: TokenEndpoint, overdue: number) {
  const giveUpAt = performance.now() + LONGEST_WAIT_MS
  let refreshed = 0
  let heldMs = 0
  while (refreshed < overdue) {
    if (performance.now() > giveUpAt) throw new Error('the scheduler left some grants overdue')
    await wait(500)
    refreshed += (await endpoint.counts()).calls
    heldMs = Math.max(heldMs, await service.loopHeldMs())
  }
  const metrics = await (await fetch(`${service.metricsUrl}`)).text()
  const sampleOf = (suffix: string) =>
    Number(
      new RegExp(`^\\w+_job_duration_seconds_${suffix}{[^}]*token_refresh[^}]*} (\\S+)$`, 'm').exec(
        metrics,
      )?.[1],
    )
  return { ms: (sampleOf('sum') / sampleOf('count')) * 1000, heldMs }
}

async function scrapeMetrics(service: ServerProcess, scrapes: number) {
  const times: number[] = []
  const held: number[] = []
  for (let scrape = 0; scrape < scrapes; scrape++) {
    await wait(BETWEEN_SCRAPES_MS)
    await service.loopHeldMs()
    const startedAt = performance.now()
    const reply = await fetch(`${service.metricsUrl}`)
    await reply.text()
    times.push(performance.now() - startedAt)
    held.push(await service.loopHeldMs())
  }
  return { ms: median(times), heldMs: Math.max(...held) }
}

function requestsFor(
  { authorization }: TokenStage,
  people: number,
  amount: number,
): BenchRequest[] {
  return Array.from({ length: amount }, () => ({
    method: 'GET',
    path: `/v1/tokens/${openIdOf(Math.floor(Math.random() * people))}`,
    headers: { authorization },
  }))
}

function inWords(count: number): string {
  return count.toLocaleString('en-US')
}
