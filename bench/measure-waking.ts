import { availableParallelism, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { createInstallation, type Installation } from '../test/refresh/processes/installation.ts'
import { aSession } from '../test/store/contract/samples.ts'
import { createDomain, LIN } from '../test/support/domain.ts'
import { findDatabases } from '../test/support/processes/databases.ts'

// How soon a waiter is answered after the session has ended: from `ended_at` in the answer to the answer in hand, over
// HTTP, on the clock of one machine. docs/waiting.md says what to expect. Usage: npx tsx bench/measure-waking.ts [--rounds=200]
const { values } = parseArgs({ options: { rounds: { type: 'string' } } })
const rounds = Number(values.rounds ?? 200)
const CROWD = 1000

const crowd = await wakeCrowd()
console.log(`${CROWD} waiters of one session in one process: ${crowd.toFixed(1)} ms after its end`)

const databases = await findDatabases()
for (const { name, open } of databases.kinds) {
  if (open === null) continue
  const database = await open()
  const installation = await createInstallation(database.url, { people: 1 })
  const [one, other] = await Promise.all([start(installation), start(installation)])
  report(`${name}, a plain answer`, await readSeveral(installation, one))
  report(`${name}, the same instance`, await wakeSeveral(installation, one, one))
  report(`${name}, another instance`, await wakeSeveral(installation, one, other))
  await installation.close()
  await database.stop()
}
await databases.stop()
console.log(
  `Node ${process.version}, ${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}.`,
)

/** Milliseconds until the last of many waiters has the session in hand. */
async function wakeCrowd(): Promise<number> {
  const domain = await createDomain()
  const { session } = await domain.auth.requestAuthorization({ openId: LIN.openId })
  const waiting = Array.from({ length: CROWD }, () =>
    domain.auth.waitForSession(session.id, 60_000),
  )
  await domain.auth.readSession(session.id)
  let endedAt = 0
  domain.events.on(({ type }) => {
    if (type === 'session_ended') endedAt = performance.now()
  })
  await domain.auth.invalidateSession(session.id)
  await Promise.all(waiting)
  const milliseconds = performance.now() - endedAt
  await domain.close()
  return milliseconds
}

async function start({ deployment }: Installation): Promise<string> {
  const { url } = await deployment.start({ env: { CALLBACK_SERVER_PORT: '0', LOG_LEVEL: 'info' } })
  return url
}

/** What an answer costs that waits for nobody: the part of HTTP and of a busy machine. */
async function readSeveral({ deployment, store }: Installation, origin: string): Promise<number[]> {
  const session = await store.sessions.insert(aSession())
  const delays: number[] = []
  for (let round = 0; round < rounds; round++) {
    const askedAt = performance.now()
    await deployment.session(origin, session?.id ?? '')
    delays.push(Math.round(performance.now() - askedAt))
  }
  return delays
}

async function wakeSeveral(
  { deployment, store, emulator }: Installation,
  ending: string,
  waiting: string,
): Promise<number[]> {
  const delays: number[] = []
  for (let round = 0; round < rounds; round++) {
    const now = Date.now()
    const draft = aSession({
      appId: emulator.app.appId,
      createdAt: new Date(now),
      expiresAt: new Date(now + 600_000),
    })
    const session = await store.sessions.insert({ ...draft, card: { ...draft.card, dueAt: null } })
    if (session === null) throw new Error('the session was not inserted')
    const waiter = deployment.session(waiting, session.id, 60).then((ended) => ({
      ended,
      at: Date.now(),
    }))
    // Ends at any time in the round of a poll.
    await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 250))
    await deployment.api(ending, `/v1/sessions/${session.id}/invalidate`, {})
    const { ended, at } = await waiter
    if (ended.state !== 'expired') throw new Error(`the waiter was told ${ended.state}`)
    delays.push(at - Date.parse(String(ended.ended_at)))
  }
  return delays
}

function report(what: string, delays: number[]): void {
  const sorted = delays.toSorted((one, next) => one - next)
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)]
  console.log(`${what}: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms (${rounds} rounds)`)
}
