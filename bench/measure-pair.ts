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
  sizes: { rounds: number; requests: number; warmUp: number; connections: number },
): Promise<{ service: Measured; floor: Measured }> {
  const service: Measured[] = []
  const floor: Measured[] = []
  for (let round = 0; round <= sizes.rounds; round++) {
    const amount = round === 0 ? sizes.warmUp : sizes.requests
    const ours = await measureRound(contestants.service, amount, sizes.connections)
    const theirs = await measureRound(contestants.floor, amount, sizes.connections)
    if (round === 0) continue
    service.push(ours)
    floor.push(theirs)
  }
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
