import type { LoadSizes } from './bench-sizes.ts'
import { median } from './median.ts'
import { type BenchRequest, type Round, sendRequests } from './send-requests.ts'
import type { ServerProcess } from './start-process.ts'

/** One of the two that are compared. */
export type Contestant = {
  process: ServerProcess
  /** Makes requests that were never sent before. */
  prepare(amount: number): BenchRequest[] | Promise<BenchRequest[]>
  /** The status of every good answer. */
  status: number
  /** Looks whether a round did what it should. */
  check?(): Promise<void>
}

/** The medians over the rounds of one contestant; `cpuMs` is per request. */
export type Measured = Round & { cpuMs: number | null }

/** Measures the service and the floor in turn, so that a busy moment of the machine hits both. */
export async function measurePair(
  contestants: { service: Contestant; floor: Contestant },
  sizes: Pick<LoadSizes, 'rounds' | 'secondsOfRounds' | 'requests' | 'warmUp' | 'connections'>,
): Promise<{ service: Measured; floor: Measured }> {
  const service: Measured[] = []
  const floor: Measured[] = []
  const lastRoundBefore = performance.now() + sizes.secondsOfRounds * 1000
  await measureRound(contestants.service, sizes.warmUp, sizes.connections)
  await measureRound(contestants.floor, sizes.warmUp, sizes.connections)
  do {
    service.push(await measureRound(contestants.service, sizes.requests, sizes.connections))
    floor.push(await measureRound(contestants.floor, sizes.requests, sizes.connections))
  } while (service.length < sizes.rounds && performance.now() < lastRoundBefore)
  return { service: mediansOf(service), floor: mediansOf(floor) }
}

/** Measures one round of one contestant. */
export async function measureRound(
  { process, prepare, status, check }: Contestant,
  amount: number,
  connections: number,
): Promise<Measured> {
  const requests = await prepare(amount)
  const before = process.usage().cpuMs
  const round = await sendRequests(process.url, requests, { connections, status })
  const after = process.usage().cpuMs
  await check?.()
  const cpuMs = before === null || after === null ? null : (after - before) / amount
  return { ...round, cpuMs }
}

function mediansOf(rounds: readonly Measured[]): Measured {
  const cpu = rounds.map(({ cpuMs }) => cpuMs).filter((value) => value !== null)
  return {
    perSecond: median(rounds.map(({ perSecond }) => perSecond)),
    p99Ms: median(rounds.map(({ p99Ms }) => p99Ms)),
    cpuMs: cpu.length === 0 ? null : median(cpu),
  }
}
