import { fileURLToPath } from 'node:url'
import { expect, it, vi } from 'vitest'
import { startFeishuEmulator } from '../../../src/emulator/index.ts'
import { openSqliteFile } from '../../support/processes/databases.ts'
import { createDeployment } from '../../support/processes/deployment.ts'

// A process takes its time to start where others keep the machine busy.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000 })

const SCRIPT = new URL('../../support/processes/without-tracing.ts', import.meta.url)

it('a service without @opentelemetry/api starts, serves and stops', async () => {
  const emulator = await startFeishuEmulator()
  const database = await openSqliteFile()
  const deployment = await createDeployment(emulator, database.url)
  try {
    const service = await deployment.start({ script: fileURLToPath(SCRIPT) })
    const openId = emulator.people[0]?.openId ?? ''
    expect(await deployment.ask(service.url, openId)).toMatchObject({ state: 'pending' })
    expect(service.output()).not.toContain('trace_id')
    expect(await service.end('SIGTERM')).toEqual({ code: 0, signal: null })
  } finally {
    await deployment.close()
    await emulator.close()
    await database.stop()
  }
})
