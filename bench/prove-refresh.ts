import { availableParallelism, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { findDatabases, openSqliteFile } from '../test/support/processes/databases.ts'
import { proveCallbacks } from './prove-callbacks.ts'
import { proveCallbackDeaths, proveRefreshDeaths } from './prove-deaths.ts'
import { HISTORIES, proveHistory } from './prove-histories.ts'
import { proveSlowAnswers, proveStopped } from './prove-leases.ts'
import { proveRaces, proveWindow } from './prove-races.ts'
import { proveRotation } from './prove-rotation.ts'
import { proveLeavingCallers, proveStops } from './prove-stops.ts'
import type { Proof } from './with-installation.ts'

// The long forms of the promises about refreshes and keys; docs/refresh.md says what they are and which figures are expected.
// The short ones are in test/refresh. Usage: npx tsx bench/prove-refresh.ts [--only=R1,R2] [--runs=50] [--seed=1]
const { values } = parseArgs({
  options: { only: { type: 'string' }, runs: { type: 'string' }, seed: { type: 'string' } },
})
const only = values.only?.split(',')
const runs = Number(values.runs ?? 50)
const seed = values.seed === undefined ? undefined : Number(values.seed)
/** What takes long is done for a tenth of the runs. */
const rounds = Math.max(1, Math.round(runs / 10))
const databases = await findDatabases()
let isProven = true

await prove('R1', '1,000 callers in one process', () =>
  proveRaces(openSqliteFile, { processes: 1, calls: 1000, races: runs * 4 }),
)
for (const { name, open } of databases.kinds) {
  if (open === null) continue
  await prove('R2', `8 processes × 250 callers on ${name}`, () =>
    proveRaces(open, { processes: 8, calls: 250, races: runs }),
  )
  await prove('R5', `from the answer to the disk on ${name}`, () => proveWindow(open, runs * 4))
  await prove('R5', `kill -9 at every step of a refresh on ${name}`, () =>
    proveRefreshDeaths(open, rounds),
  )
  await prove('R5', `kill -9 at every step of a callback on ${name}`, () =>
    proveCallbackDeaths(open, rounds),
  )
}
await prove('R3', 'Feishu takes 1 to 50 s, a lease is 10 s', () => proveSlowAnswers(openSqliteFile))
await prove('R4', 'SIGSTOP past the lease at three places', () =>
  proveStopped(openSqliteFile, rounds),
)
await prove('R6', 'SIGTERM under load', () => proveStops(openSqliteFile, rounds))
await prove('R7', 'the caller leaves at every millisecond from 0 to 200', () =>
  proveLeavingCallers(openSqliteFile),
)
for (const history of HISTORIES) {
  await prove(history.promise, history.what, () => proveHistory(history, runs, seed))
}
await prove('R13', '100 callbacks with one code at once', () =>
  proveCallbacks(openSqliteFile, rounds),
)
await prove('S5', 'keys rotate beside a service that is read from', () =>
  proveRotation(runs * 2000),
)
await databases.stop()
console.log(
  `Node ${process.version}, ${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}.`,
)
process.exitCode = isProven ? 0 : 1

async function prove(promise: string, what: string, work: () => Promise<Proof>): Promise<void> {
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
