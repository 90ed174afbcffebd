import { keyUsage } from './auth/key-usage.ts'
import type { Clock, GrantStore, Log } from './auth/ports.ts'
import type { ReadinessCheck } from './http/http-neighbours.ts'

/** What stands between a started process and one that can serve. */
export interface Readiness {
  /** Looks for the keys of what is stored; once it has succeeded, nothing looks again. */
  checkKeys(): Promise<void>
  /** Whether that look has succeeded; makes up for one that has failed, since orchestrators ask nothing else before. */
  isStarted(): Promise<boolean>
  /** Hears that the long connection of an app came or went. */
  noteConnection(appId: string, isConnected: boolean): void
  /** The checks of `/readyz`, named as in `lark_service_ready`; the log is told when their verdict changes. */
  checks(): Promise<readonly ReadinessCheck[]>
}

/** A connection that comes back within this time was never missed; events wait that long at Feishu. */
const GRACE_MS = 30_000
/** So long a new process waits for its first connection before it takes work without it. */
const FIRST_CONNECTION_MS = 10_000
/** Anybody may ask `/startupz`, and the look counts every grant. */
const LOOK_AGAIN_MS = 1000

/** Creates the checks; `requiresConnection` is LONG_CONNECTION_REQUIRED. */
export function createReadiness(neighbours: {
  store: { ping(): Promise<void>; grants: Pick<GrantStore, 'countByKey'> }
  keyIds: readonly string[]
  /** The apps whose long connections are kept here. */
  connectedAppIds: readonly string[]
  requiresConnection: boolean
  clock: Clock
  log: Log
}): Readiness {
  const { store, keyIds, connectedAppIds, requiresConnection, clock, log } = neighbours
  const now = () => clock.now().getTime()
  const createdAt = now()
  const connections = new Map(
    connectedAppIds.map((appId) => [
      appId,
      { isConnected: false, wasConnected: false, since: createdAt },
    ]),
  )
  /** Null until it was found out. */
  let keysAreGood: boolean | null = null
  let lastLook: { at: number; done: Promise<void> } | null = null
  /** Null until somebody has asked. */
  let isReady: boolean | null = null
  let wasReady = false

  return {
    checkKeys,
    async isStarted() {
      await lookAgain()
      return keysAreGood !== null
    },
    noteConnection(appId, isConnected) {
      const known = connections.get(appId)
      if (!known || known.isConnected === isConnected) return
      const wasConnected = known.wasConnected || isConnected
      connections.set(appId, { isConnected, wasConnected, since: now() })
    },
    async checks() {
      const [db, keys] = await Promise.all([checkDatabase(), checkKnownKeys()])
      // The server listens only once the tables are up to date.
      const checks = [db, keys, { name: 'migrations', ok: true }, checkConnections()]
      noteVerdict(checks)
      return checks
    },
  }

  async function checkDatabase(): Promise<ReadinessCheck> {
    return store.ping().then(
      () => ({ name: 'db', ok: true }),
      () => ({ name: 'db', ok: false, detail: 'It cannot be written.' }),
    )
  }

  /** Tokens of which none can be opened are the sign of the wrong keys; a few may have been given up on purpose. */
  async function checkKeys(): Promise<void> {
    const usage = keyUsage(keyIds, await store.grants.countByKey())
    const missing = usage.filter(({ standing }) => standing === 'missing')
    const canOpen = usage.some(({ standing, grants }) => standing !== 'missing' && grants > 0)
    if (missing.length > 0) {
      log('error', 'keys_missing', { key_ids: missing.map(({ keyId }) => keyId) })
    }
    keysAreGood = missing.length === 0 || canOpen
  }

  async function lookAgain(): Promise<void> {
    if (keysAreGood !== null) return
    const at = now()
    if (lastLook === null || at - lastLook.at >= LOOK_AGAIN_MS || at < lastLook.at) {
      // Who watches the statements counts the error.
      lastLook = { at, done: checkKeys().catch(() => {}) }
    }
    await lastLook.done
  }

  async function checkKnownKeys(): Promise<ReadinessCheck> {
    await lookAgain()
    if (keysAreGood === null) return { name: 'keys', ok: false, detail: 'Not looked at yet.' }
    if (keysAreGood) return { name: 'keys', ok: true }
    return { name: 'keys', ok: false, detail: 'None of them opens a stored token.' }
  }

  function noteVerdict(checks: readonly ReadinessCheck[]): void {
    const failing = checks.filter(({ ok, required = true }) => !ok && required)
    const ready = failing.length === 0
    if (ready === isReady) return
    isReady = ready
    wasReady ||= ready
    log(wasReady && !ready ? 'warn' : 'info', 'readiness_changed', {
      ready,
      failing: failing.map(({ name }) => name),
    })
  }

  function checkConnections(): ReadinessCheck {
    const lost = [...connections.values()].filter(({ isConnected }) => !isConnected)
    if (lost.length === 0) return { name: 'websocket', ok: true }
    const required = lost.some(({ wasConnected, since }) => {
      const lostForMs = now() - since
      if (requiresConnection) return !wasConnected || lostForMs > GRACE_MS
      return !wasConnected && lostForMs < FIRST_CONNECTION_MS
    })
    return { name: 'websocket', ok: false, required, detail: 'Not connected to Feishu.' }
  }
}
