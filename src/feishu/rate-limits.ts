import { AsyncResource } from 'node:async_hooks'
import PQueue from 'p-queue'
import { FeishuUnavailableError } from '../errors.ts'

/** Keeps one app's messages below Feishu's limits. */
export interface RateLimits {
  /**
   * Runs the task as soon as its person or message, and the app, have room.
   * @throws {FeishuUnavailableError} `rate_limited` when there is no room in time; the task is then never run.
   */
  run<T>(key: string, task: () => Promise<T>): Promise<T>
}

/** Calls per second and minute, with room kept below Feishu's own: 5 per person or message, 50 and 1000 per app. */
export type RateLimitOptions = {
  perKeyPerSecond?: number | undefined
  perAppPerSecond?: number | undefined
  perAppPerMinute?: number | undefined
  /** How long a call may wait for room; also bounds how many wait. */
  maxWaitMs?: number | undefined
  /** How many people and messages are remembered at most. */
  maxKeys?: number | undefined
}

const SECOND = 1000
const MINUTE = 60 * SECOND

/**
 * Creates the limits of one app
 * (https://open.feishu.cn/document/server-docs/api-call-guide/frequency-control).
 *
 * A call first waits for its own key and then for the app, so that one busy chat never takes the app's room while it waits.
 */
export function createRateLimits(options: RateLimitOptions = {}): RateLimits {
  const { perKeyPerSecond = 5, perAppPerSecond = 40, perAppPerMinute = 900 } = options
  const { maxWaitMs = 3000, maxKeys = 5000 } = options
  const minute = limited(perAppPerMinute, MINUTE)
  const second = limited(perAppPerSecond, SECOND)
  // In the order of last use, oldest first.
  const byKey = new Map<string, PQueue>()

  return {
    async run(key, task) {
      const waiting = new AbortController()
      const { signal } = waiting
      const giveUp = setTimeout(() => waiting.abort(), maxWaitMs)
      // The queues would abandon a running call as well: once it has begun, nobody gives up on it.
      // A queue starts a call when another ends: unbound, its log lines would carry the other's request id.
      const start = AsyncResource.bind(() => {
        clearTimeout(giveUp)
        return task()
      })
      try {
        return await queueOf(key).add(
          () => minute.add(() => second.add(start, { signal }), { signal }),
          { signal },
        )
      } catch (error) {
        if (!signal.aborted) throw error
        throw new FeishuUnavailableError('rate_limited', {
          retryAfterSeconds: Math.ceil(maxWaitMs / SECOND),
        })
      } finally {
        clearTimeout(giveUp)
      }
    },
  }

  function queueOf(key: string): PQueue {
    const queue = byKey.get(key) ?? limited(perKeyPerSecond, SECOND)
    byKey.delete(key)
    byKey.set(key, queue)
    forgetOldest()
    return queue
  }

  // A forgotten key may burst once more; Feishu's own answer 230020 is honoured as well.
  function forgetOldest(): void {
    if (byKey.size <= maxKeys) return
    for (const [key, queue] of byKey) {
      if (queue.size > 0 || queue.pending > 0) continue
      byKey.delete(key)
      return
    }
  }
}

function limited(intervalCap: number, interval: number): PQueue {
  return new PQueue({ intervalCap, interval, strict: true })
}
