import { median } from './median.ts'
import type { ContestantProcess, Reads } from './start-contestant.ts'

/** How reads are measured. */
export type ReadSizes = {
  rounds: number
  milliseconds: number
  /** Reads of a round at most. */
  atMost: number
}

/** One who reads, and out of how many people. */
export type Reader = { process: ContestantProcess; people: number }

/**
 * Measures everybody in turn, round after round, so that a busy moment of the machine hits all alike; medians of the rounds.
 * Two rounds before the first warm up and do not count.
 */
export async function measureReads<Name extends string>(
  readers: Readonly<Record<Name, Reader>>,
  { rounds, milliseconds, atMost }: ReadSizes,
): Promise<Record<Name, Reads>> {
  const names = Object.keys(readers) as Name[]
  const seen = new Map<Name, Reads[]>(names.map((name) => [name, []]))
  for (let round = -2; round < rounds; round++) {
    for (const name of names) {
      const { process, people } = readers[name]
      const reads = await process.reads({ people, milliseconds, atMost })
      if (round >= 0) seen.get(name)?.push(reads)
    }
  }
  return Object.fromEntries(names.map((name) => [name, mediansOf(seen.get(name) ?? [])])) as Record<
    Name,
    Reads
  >
}

function mediansOf(rounds: readonly Reads[]): Reads {
  return {
    perSecond: median(rounds.map(({ perSecond }) => perSecond)),
    p50Us: median(rounds.map(({ p50Us }) => p50Us)),
    p99Us: median(rounds.map(({ p99Us }) => p99Us)),
    cpuUs: median(rounds.map(({ cpuUs }) => cpuUs)),
  }
}
