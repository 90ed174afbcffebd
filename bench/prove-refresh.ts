import { availableParallelism, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { createInstallation, type Installation } from '../test/refresh/processes/installation.ts'
import {
  abortAtEveryMillisecond,
  delayRefreshes,
  diedAtEveryStep,
  race,
  stopUnderLoad,
} from '../test/refresh/processes/scenarios.ts'
import type { Worker } from '../test/refresh/processes/worker.ts'
import {
  findDatabases,
  openSqliteFile,
  type SharedDatabase,
} from '../test/support/processes/databases.ts'

// The long forms of the promises about refreshes; docs/refresh.md says what they are and which figures are expected.
// The short ones are in test/refresh. Usage: npx tsx bench/prove-refresh.ts [--only=R1,R2] [--runs=50]
const { values } = parseArgs({ options: { only: { type: 'string' }, runs: { type: 'string' } } })
const only = values.only?.split(',')
const runs = Number(values.runs ?? 50)
const databases = await findDatabases()
let isProven = true

await prove('R1', '1,000 callers in one process', async () => {
  const count = runs * 4
  return onDatabase(openSqliteFile, count, (installation) => races(installation, 1, 1000, count))
})
for (const { name, open } of databases.kinds) {
  if (open === null) continue
  await prove('R2', `8 processes × 250 callers on ${name}`, () =>
    onDatabase(open, runs, (installation) => races(installation, 8, 250, runs)),
  )
  await prove('R5', `from the answer to the disk on ${name}`, () =>
    onDatabase(open, runs * 4, (installation) => window(installation, runs * 4)),
  )
  await prove('R5', `kill -9 at each of four steps on ${name}`, async () => {
    const rounds = Math.max(1, Math.round(runs / 10))
    const seen = { deaths: 0, stale: 0, lost: 0, 'told and asked': 0 }
    for (let round = 0; round < rounds; round++) {
      const { ends, refreshable } = await onDatabase(open, 4, diedAtEveryStep)
      seen.deaths += ends.length
      // Only the window between the answer and the database may cost a grant, and then a card is out.
      seen.lost += refreshable.filter((isAlive) => !isAlive).length
      seen['told and asked'] += ends.filter(({ token, cards }) => token === 'asked' && cards).length
    }
    return { isKept: seen.lost === rounds && seen['told and asked'] === rounds, ...seen }
  })
}
await prove('R3', 'Feishu takes 1 to 50 s, a lease is 10 s', () =>
  onDatabase(openSqliteFile, 5, slowAnswers),
)
await prove('R6', 'SIGTERM under load', async () => {
  const rounds = Math.max(1, Math.round(runs / 10))
  const seen = { rounds, lost: 0, reuses: 0, 'longest stop, s': 0 }
  for (let round = 0; round < rounds; round++) {
    const stop = await onDatabase(openSqliteFile, 15, (installation) =>
      stopUnderLoad(installation, 15, (round + 1) / (rounds + 1)),
    )
    seen.lost += stop.lost
    seen.reuses += stop.reuses
    seen['longest stop, s'] = Math.max(seen['longest stop, s'], Math.round(stop.ms / 100) / 10)
  }
  return { isKept: seen.lost + seen.reuses === 0, ...seen }
})
await prove('R7', 'the caller leaves at every millisecond from 0 to 200', async () => {
  const seen = await onDatabase(openSqliteFile, 201, abortAtEveryMillisecond)
  return { isKept: seen.saved === 201 && seen.reuses === 0, ...seen }
})
await databases.stop()
console.log(
  `Node ${process.version}, ${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}.`,
)
process.exitCode = isProven ? 0 : 1

async function prove(
  promise: string,
  what: string,
  work: () => Promise<{ isKept: boolean } & Record<string, unknown>>,
): Promise<void> {
  if (only && !only.includes(promise)) return
  const startedAt = performance.now()
  const { isKept, ...seen } = await work()
  isProven &&= isKept
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
  const facts = Object.entries(seen).map(([name, value]) => `${name} ${value}`)
  console.log(
    `${isKept ? 'kept  ' : 'BROKEN'} ${promise} ${what}: ${facts.join(', ')} (${seconds} s)`,
  )
}

async function onDatabase<Seen>(
  open: () => Promise<SharedDatabase>,
  people: number,
  work: (installation: Installation) => Promise<Seen>,
): Promise<Seen> {
  const database = await open()
  const installation = await createInstallation(database.url, { people })
  try {
    return await work(installation)
  } finally {
    await installation.close()
    await database.stop()
  }
}

async function races(installation: Installation, processes: number, calls: number, count: number) {
  const workers = await startWorkers(installation, processes)
  const seen = { races: 0, callers: 0, fresh: 0, posts: 0, reuses: 0 }
  for (let run = 0; run < count; run++) {
    const { posts, reuses, fresh } = await race(installation, workers, calls)
    seen.races += 1
    seen.callers += processes * calls
    seen.fresh += fresh
    seen.posts += posts
    seen.reuses += reuses
  }
  const isKept = seen.fresh === seen.callers && seen.posts === count && seen.reuses === 0
  return { isKept, ...seen }
}

/** How long a pair is in memory alone: the window in which a sudden death costs a grant. */
async function window(installation: Installation, count: number) {
  const worker = await installation.start()
  for (let run = 0; run < count; run++) await race(installation, [worker], 1)
  const { savedAfterMs } = await worker.ask('ou_nobody')
  const sorted = savedAfterMs.sort((one, other) => one - other)
  const at = (share: number) => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(2)
  return {
    isKept: sorted.length === count,
    refreshes: count,
    'p50 ms': at(0.5),
    'p99 ms': at(0.99),
  }
}

async function slowAnswers(installation: Installation) {
  const patience = { TEST_FEISHU_TIMEOUT_MS: '60000' }
  const [one, other] = await Promise.all([installation.start(patience), installation.start()])
  const seen = { delays: 0, posts: 0, reuses: 0 }
  for (const delayMs of [1000, 5000, 10_000, 20_000, 50_000]) {
    const openId = installation.someone()
    await installation.grantThatRanOut(openId)
    installation.refreshes()
    delayRefreshes(installation, delayMs, 1)
    const asked = one.ask(openId, 10)
    await new Promise((resolve) => setTimeout(resolve, 200))
    const waited = await other.ask(openId, 10)
    const { outcomes } = await asked
    const { posts, reuses } = installation.refreshes()
    const isFresh = outcomes.every(([token]) => installation.works(token))
    const isHonest = waited.outcomes.every(
      ([outcome]) => installation.works(outcome) || outcome.includes('Error'),
    )
    if (!isFresh || !isHonest) throw new Error(`a stale token at ${delayMs} ms`)
    seen.delays += 1
    seen.posts += posts
    seen.reuses += reuses
  }
  return { isKept: seen.posts === seen.delays && seen.reuses === 0, ...seen }
}

function startWorkers(installation: Installation, count: number): Promise<Worker[]> {
  return Promise.all(Array.from({ length: count }, () => installation.start()))
}
