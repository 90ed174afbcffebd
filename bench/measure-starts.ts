import { join } from 'node:path'
import { generateKey } from '../src/auth/token-cipher.ts'
import { startFeishuEmulator } from '../src/emulator/index.ts'
import { FLOOR } from './load-floor.ts'
import { median } from './median.ts'
import { type ServerProcess, startProcess } from './start-process.ts'

/** The medians over several starts: from the spawn to a good `/readyz`. */
export type Start = { readyMs: number; cpuMs: number | null; residentMb: number | null }

/**
 * Starts and stops the service and the floor in turn. The service connects to a local Feishu, over the long connection as
 * well. The first start creates the database.
 */
export async function measureStarts(options: {
  /** Arguments of `node` that run the service. */
  args: readonly string[]
  directory: string
  starts: number
  /** Starts before those that count. */
  warmUpStarts: number
}): Promise<{ service: Start; floor: Start }> {
  const { args, directory, starts, warmUpStarts } = options
  const emulator = await startFeishuEmulator()
  const env = {
    NODE_ENV: 'production',
    FEISHU_APP_ID: emulator.app.appId,
    FEISHU_APP_SECRET: emulator.app.appSecret,
    FEISHU_API_BASE_URL: emulator.url,
    FEISHU_ACCOUNTS_BASE_URL: emulator.url,
    CALLBACK_SERVER_HOST: '127.0.0.1',
    CALLBACK_SERVER_PORT: '0',
    METRICS_PORT: '0',
    DATABASE_URL: `file:${join(directory, 'starts.db')}`,
    TOKEN_ENCRYPTION_KEYS: generateKey(),
  }
  const floorArgs = [FLOOR, join(directory, 'floor-starts.db'), emulator.url]
  const service: Start[] = []
  const floor: Start[] = []
  try {
    for (let start = -warmUpStarts; start < starts; start++) {
      const ours = await startOnce({ args, cwd: directory, env })
      const theirs = await startOnce({ args: floorArgs, cwd: directory, env: {} })
      if (start < 0) continue
      service.push(ours)
      floor.push(theirs)
    }
  } finally {
    await emulator.close()
  }
  return { service: mediansOf(service), floor: mediansOf(floor) }
}

async function startOnce(options: {
  args: readonly string[]
  cwd: string
  env: Readonly<Record<string, string>>
}): Promise<Start> {
  const server: ServerProcess = await startProcess({ ...options, hasReadyz: true })
  try {
    return { readyMs: server.readyMs ?? Number.NaN, ...server.usage() }
  } finally {
    await server.stop()
  }
}

function mediansOf(starts: readonly Start[]): Start {
  const all = (key: keyof Start) => starts.map((start) => start[key]).filter((v) => v !== null)
  const medianOrNull = (values: readonly number[]) => (values.length === 0 ? null : median(values))
  return {
    readyMs: median(all('readyMs')),
    cpuMs: medianOrNull(all('cpuMs')),
    residentMb: medianOrNull(all('residentMb')),
  }
}
