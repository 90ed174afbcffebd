import fc from 'fast-check'
import { APP_ID, createRefreshBench, type RefreshBench } from '../support/refresh-bench.ts'

/** What may happen to one grant in any order, and what must hold whatever the order. */
export interface History<Value> {
  /** What happens, as fast-check picks it. */
  inputs: fc.Arbitrary<Value>
  /** Plays it on a person of their own; throws where something does not hold. */
  play(bench: RefreshBench, openId: string, input: Value): Promise<void>
}

/** What an arbitrary picks. */
export type Input<Of> = Of extends fc.Arbitrary<infer Value> ? Value : never

/**
 * Plays so many histories; throws with the smallest one that does not hold. All of them share one database, which takes
 * most of the time to make: each has a person and processes of its own, and leaves nothing behind that a later one would meet.
 */
export async function playHistories<Value>(
  { inputs, play }: History<Value>,
  { numRuns, seed }: { numRuns: number; seed?: number | undefined },
): Promise<void> {
  const bench = await createRefreshBench()
  let played = 0
  try {
    await fc.assert(
      fc.asyncProperty(inputs, async (input) => {
        const openId = `ou_${played++}`
        bench.server.posts.length = 0
        bench.server.plans = []
        bench.server.always = {}
        try {
          await play(bench, openId, input)
        } finally {
          await bench.store.grants.delete({ appId: APP_ID, openId })
          await bench.store.upkeeps.delete({ appId: APP_ID, openId })
        }
      }),
      { numRuns, ...(seed === undefined ? {} : { seed }) },
    )
  } finally {
    await bench.close()
  }
}
