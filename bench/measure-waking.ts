import { createInstallation, type Installation } from '../test/refresh/processes/installation.ts'
import { aSession } from '../test/store/contract/samples.ts'
import { createDomain, LIN } from '../test/support/domain.ts'
import { findDatabases } from '../test/support/processes/databases.ts'
import type { Deployment } from '../test/support/processes/deployment.ts'
import type { WakingSizes } from './bench-sizes.ts'
import { type Row, row } from './rows.ts'

/** Begins between two polls, and long enough after it to be waiting. */
const SOON_MS = { least: 20, spread: 30 }
/** At any time in the round of a poll, which is a quarter of a second. */
const ANY_TIME_MS = { least: 50, spread: 250 }

/**
 * Measures how soon a waiter is answered after the session has ended: from `ended_at` in the answer to the answer in hand, over
 * HTTP, on the clock of one machine; docs/waiting.md tells how each is woken. Postgres is measured where it is installed.
 */
export async function measureWaking(
  script: string,
  { rounds, crowd }: WakingSizes,
  onStep: (step: string) => void,
): Promise<Row[]> {
  onStep('waking a crowd')
  const last = row({
    name: `woken: the last of ${crowd.toLocaleString('en')} in a process`,
    unit: 'ms',
    service: await wakeCrowd(crowd),
    goal: { of: 'value', most: 50 },
  })
  const databases = await findDatabases()
  try {
    const rows: Row[] = []
    for (const { name, open } of databases.kinds) {
      if (open === null) continue
      onStep(`waking on ${name}`)
      const database = await open()
      const installation = await createInstallation(database.url, { people: 1 })
      try {
        rows.push(...(await measureOn(name, installation, script, rounds)))
      } finally {
        await installation.close()
        await database.stop()
      }
    }
    return [...rows, last]
  } finally {
    await databases.stop()
  }
}

async function measureOn(
  name: string,
  installation: Installation,
  script: string,
  rounds: number,
): Promise<Row[]> {
  const { deployment } = installation
  const [one, other] = await Promise.all([start(deployment, script), start(deployment, script)])
  const plain = p99(await readSeveral(installation, one, rounds))
  const here = p99(await wakeSeveral(installation, one, one, rounds))
  const apart = p99(await wakeSeveral(installation, one, other, rounds))
  const woken = (where: string, service: number, most: number) =>
    row({
      name: `woken over HTTP, ${name}, ${where}, p99`,
      unit: 'ms',
      service,
      beside: 'a plain answer',
      other: plain,
      goal: { of: 'value', most },
    })
  return [woken('the same instance', here, 100), woken('another instance', apart, 1000)]
}

/** Milliseconds until the last of many waiters has the session in hand. */
async function wakeCrowd(size: number): Promise<number> {
  const domain = await createDomain()
  const { session } = await domain.auth.requestAuthorization({ openId: LIN.openId })
  const waiting = Array.from({ length: size }, () => domain.auth.waitForSession(session.id, 60_000))
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

async function start(deployment: Deployment, script: string): Promise<string> {
  const env = { CALLBACK_SERVER_PORT: '0', LOG_LEVEL: 'info' }
  return (await deployment.start({ script, env })).url
}

/** What an answer costs that waits for nobody: the part of HTTP and of a busy machine. */
async function readSeveral(
  { deployment, store }: Installation,
  origin: string,
  rounds: number,
): Promise<number[]> {
  const session = await store.sessions.insert(aSession())
  const delays: number[] = []
  for (let round = 0; round < rounds; round++) {
    const askedAt = performance.now()
    await deployment.session(origin, session?.id ?? '')
    delays.push(performance.now() - askedAt)
  }
  return delays
}

async function wakeSeveral(
  { deployment, store, emulator }: Installation,
  ending: string,
  waiting: string,
  rounds: number,
): Promise<number[]> {
  const { least, spread } = ending === waiting ? SOON_MS : ANY_TIME_MS
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
    await new Promise((resolve) => setTimeout(resolve, least + Math.random() * spread))
    await deployment.api(ending, `/v1/sessions/${session.id}/invalidate`, {})
    const { ended, at } = await waiter
    if (ended.state !== 'expired') throw new Error(`the waiter was told ${ended.state}`)
    // Both are counted in whole milliseconds.
    delays.push(Math.max(at - Date.parse(String(ended.ended_at)), 1))
  }
  return delays
}

function p99(delays: number[]): number {
  const sorted = delays.toSorted((one, next) => one - next)
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.NaN
}
