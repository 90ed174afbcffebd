import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type FeishuEmulator, startFeishuEmulator } from '../../src/emulator/index.ts'
import { JOB_NAMES } from '../../src/jobs/schedules.ts'
import { type Service, startService } from '../support/service.ts'

const HOUR = 3600
const LAST = 'lark_service_scheduled_job_last_success_timestamp_seconds'
const PATIENCE = { timeout: 15_000 }
const RUNS = 'lark_service_scheduled_job_runs_total'

let folder: string
let emulator: FeishuEmulator
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jobs-'))
  emulator = await startFeishuEmulator()
})
afterEach(async () => {
  await emulator.close()
  await rm(folder, { recursive: true, force: true })
})

const database = () => join(folder, 'auth.db')
const start = () => startService({ emulator, env: { DATABASE_URL: `file:${database()}` } })

it('a job that fails at every start looks as old as its last success', {
  timeout: 30_000,
}, async () => {
  const first = await start()
  await vi.waitFor(async () => {
    const known = await first.app.parts.store.jobSuccesses.list()
    expect(known.map(({ job }) => job).toSorted()).toEqual(JOB_NAMES.toSorted())
  }, PATIENCE)
  await first.close()
  const wasWell = emulator.now().getTime() / 1000
  const broken = new Database(database())
  broken.exec('drop table seen_events')
  broken.close()

  for (const hours of [1, 2]) {
    emulator.sim.advanceClock({ seconds: HOUR })
    const service = await start()
    await ended(service, 'cleanup', 'failure')
    await ended(service, 'session_sweep', 'success')
    expect(await service.metric(LAST, { job_name: 'cleanup' })).toBeLessThanOrEqual(wasWell)
    expect(await service.metric(LAST, { job_name: 'session_sweep' })).toBeGreaterThan(
      wasWell + hours * HOUR - 1,
    )
    await service.close()
  }
})

async function ended(service: Service, job_name: string, outcome: string): Promise<void> {
  await vi.waitFor(async () => {
    expect(await service.metric(RUNS, { job_name, outcome })).toBeGreaterThan(0)
  }, PATIENCE)
}
