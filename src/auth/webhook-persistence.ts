import type { Clock } from './ports.ts'

/** Seconds between tries to write what the database refused: some twelve minutes, then it is lost. */
const PAUSES = [1, 5, 30, 120, 600] as const

/** Tries until the database takes it; at a close once more, and then no longer. */
export async function persist<Result>(
  work: () => Promise<Result>,
  clock: Pick<Clock, 'sleep'>,
  closing: AbortSignal,
): Promise<Result> {
  for (const seconds of PAUSES) {
    try {
      return await work()
    } catch (error) {
      if (closing.aborted) throw error
      await clock.sleep(seconds * 1000, closing)
    }
  }
  return work()
}
