// One contestant in a process of its own: opens what the arguments name and does what the bench asks for, one at a time.
import { setTimeout as wait } from 'node:timers/promises'
import { isFresh, isTokenOf, openIdOf } from '../people.mjs'

/** The service refreshes 15 a second for one app. */
const PACE_MS = 60

const [moduleUrl, options] = process.argv.slice(2)
const { open } = await import(moduleUrl)
const contestant = await open(JSON.parse(options))

const work = {
  /** Reads the tokens of random people, one after the other; microseconds of each. */
  async reads({ people, milliseconds, atMost }) {
    const times = []
    const before = process.cpuUsage()
    const until = performance.now() + milliseconds
    for (let now = performance.now(); now < until && times.length < atMost; ) {
      const openId = openIdOf(Math.floor(Math.random() * people))
      const token = await contestant.read(openId)
      const ended = performance.now()
      if (!isTokenOf(token, openId)) throw new Error('somebody else’s token')
      times.push((ended - now) * 1000)
      now = performance.now()
    }
    const { user, system } = process.cpuUsage(before)
    return { ...summary(times), cpuUs: (user + system) / times.length }
  },

  /** As many callers at once ask for one token. */
  async race({ person, callers }) {
    const openId = openIdOf(person)
    const seen = { fresh: 0, stale: 0, failed: 0 }
    const asked = Array.from({ length: callers }, () => contestant.read(openId))
    for (const result of await Promise.allSettled(asked)) {
      if (result.status === 'rejected') seen.failed += 1
      else seen[isFresh(result.value, openId) ? 'fresh' : 'stale'] += 1
    }
    return seen
  },

  /** Refreshes as many tokens, one after the other; milliseconds of each. */
  async refreshes({ from, count }) {
    const times = []
    for (let person = from; person < from + count; person++) {
      const startedAt = performance.now()
      await contestant.refresh(openIdOf(person))
      times.push(performance.now() - startedAt)
      // Below the service's own limit, or its queue would be measured.
      await wait(PACE_MS)
    }
    return { times }
  },

  async stop() {
    await contestant.close()
    return {}
  },
}

process.on('message', async ({ task, ...details }) => {
  try {
    process.send({ task, result: await work[task](details) })
    if (task === 'stop') process.disconnect()
  } catch (error) {
    process.send({ task, problem: String(error?.stack ?? error) })
  }
})
process.send({ task: 'open', result: {} })

/** Per second, and the middle and the slowest hundredth in microseconds. */
function summary(times) {
  const sorted = Float64Array.from(times).sort()
  const at = (share) => sorted[Math.ceil(sorted.length * share) - 1] ?? 0
  const sum = sorted.reduce((total, time) => total + time, 0)
  return { perSecond: (sorted.length * 1e6) / sum, p50Us: at(0.5), p99Us: at(0.99) }
}
