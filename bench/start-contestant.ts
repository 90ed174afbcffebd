import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { readUsage, type Usage } from './read-usage.ts'

const SCRIPT = fileURLToPath(new URL('processes/contestant.mjs', import.meta.url))

/** The ways to a token that are compared. */
export type ContestantName = 'service' | 'floor' | 'refresh-floor' | 'better-auth' | 'slack-oauth'

/** What a contestant is opened with; each takes what it needs. */
export type ContestantOptions = {
  libraryUrl: string
  databasePath: string
  keys: string
  appId: string
  people: number
  expiresInSeconds: number
  endpointUrl: string
}

/** A contestant in a process of its own. */
export type ContestantProcess = {
  /** Reads random people's tokens, one after the other, until the time or the number is over. */
  reads(order: { people: number; milliseconds: number; atMost: number }): Promise<Reads>
  /** Lets as many callers ask for one person's token at once. */
  race(order: { person: number; callers: number }): Promise<Callers>
  /** Refreshes tokens one after the other; milliseconds of each. */
  refreshes(order: { from: number; count: number }): Promise<{ times: number[] }>
  usage(): Usage
  stop(): Promise<void>
}

/** How a round of reads went. */
export type Reads = { perSecond: number; p50Us: number; p99Us: number; cpuUs: number }

/** What became of callers: a stale token is one that has run out. */
export type Callers = { fresh: number; stale: number; failed: number }

/**
 * Starts a contestant and resolves when it is open and its database filled.
 * @param nodeArgs - What `node` needs to load the product, where it is not compiled.
 */
export async function startContestant(
  name: ContestantName,
  options: ContestantOptions,
  nodeArgs: readonly string[] = [],
): Promise<ContestantProcess> {
  const moduleUrl = new URL(`contestants/${name}.mjs`, import.meta.url).href
  const child = fork(SCRIPT, [moduleUrl, JSON.stringify(options)], {
    execArgv: [...nodeArgs],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  // Whatever becomes of the bench, nothing it started outlives it.
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const ended = once(child, 'close').finally(() => process.off('exit', kill))

  let stopping: Promise<void> | null = null

  await answer('open')
  return {
    reads: (order) => ask('reads', order),
    race: (order) => ask('race', order),
    refreshes: (order) => ask('refreshes', order),
    usage: () => readUsage(child.pid),
    stop() {
      stopping ??= ask('stop', {}).then(async () => {
        await ended
      })
      return stopping
    },
  }

  function ask<Result>(task: string, order: object): Promise<Result> {
    child.send({ task, ...order })
    return answer<Result>(task)
  }

  /** One thing is asked at a time, so the next message is its answer. */
  async function answer<Result>(task: string): Promise<Result> {
    const over = ended.then(() => [{ problem: 'it ended' }])
    const [message] = await Promise.race([once(child, 'message'), over])
    if (message.problem) {
      kill()
      throw new Error(`${name} cannot ${task}: ${message.problem}`)
    }
    return message.result
  }
}
