import { Router } from 'express'
import type { HttpNeighbours, ReadinessCheck } from './http-neighbours.ts'
import { mountRoute } from './route.ts'

/** Probes of several balancers come often; the checks behind them ask the database. */
const CACHED_MS = 3000
/** Shorter, so that a probe a moment too early does not hide for seconds that the service has become ready. */
const FAILURE_CACHED_MS = 250

/** Told at once, whatever the checks have said a moment ago. */
const STOPPING: ReadinessCheck = { name: 'stopping', ok: false, detail: 'The service is stopping.' }

/**
 * Creates `/livez`, which only says that the process turns, `/startupz`, which says that it has started, and `/readyz`, which
 * says whether it can serve.
 */
export function createHealthRoutes({
  readiness,
  isStarted = async () => true,
  clock,
  leaving,
}: Pick<HttpNeighbours, 'readiness' | 'isStarted' | 'clock' | 'leaving'>): Router {
  let asked: { at: number; lastsMs: number; checks: Promise<readonly ReadinessCheck[]> } | null =
    null
  const router = Router()

  mountRoute(router, '/livez', {
    get: (_request, response) => response.json({ status: 'ok' }),
  })
  mountRoute(router, '/startupz', {
    async get(_request, response) {
      const hasStarted = await isStarted()
      response.status(hasStarted ? 200 : 503).json({ status: hasStarted ? 'ok' : 'starting' })
    },
  })
  mountRoute(router, '/readyz', {
    async get(request, response) {
      const checks = leaving?.aborted ? [STOPPING] : await cachedChecks()
      const failing = checks.filter(({ ok, required = true }) => !ok && required)
      const isReady = failing.length === 0
      const listed = 'verbose' in request.query ? checks : failing
      response.status(isReady ? 200 : 503).json({
        status: isReady ? 'ok' : 'unavailable',
        ...(listed.length > 0 ? { checks: listed } : {}),
      })
    },
  })
  return router

  function cachedChecks(): Promise<readonly ReadinessCheck[]> {
    const now = clock.now().getTime()
    if (asked === null || now - asked.at >= asked.lastsMs || now < asked.at) {
      const answer = { at: now, lastsMs: CACHED_MS, checks: askSafely() }
      void answer.checks.then((checks) => {
        if (checks.some(({ ok }) => !ok)) answer.lastsMs = FAILURE_CACHED_MS
      })
      asked = answer
    }
    return asked.checks
  }

  /** A check that throws is a check that fails; its error is told by whoever owns it. */
  async function askSafely(): Promise<readonly ReadinessCheck[]> {
    try {
      return await readiness()
    } catch {
      return [{ name: 'checks', ok: false, detail: 'The checks could not be made.' }]
    }
  }
}
