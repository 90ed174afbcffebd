import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BenchSizes } from './bench-sizes.ts'
import { type LoadFloor, startLoadFloor } from './load-floor.ts'
import { type LoadService, startLoadService } from './load-service.ts'
import { measurePair, measureRound } from './measure-pair.ts'
import { measureStarts } from './measure-starts.ts'
import { type Row, row, rowsOfLoad, rowsOfStart } from './rows.ts'
import { startProcess } from './start-process.ts'

const STUB = fileURLToPath(new URL('processes/feishu-stub.mjs', import.meta.url))

/** Feishu lets 50 messages of an app through in a second; the service 40, and so many at once. */
const BURST = 40
/** Few connections: with more, requests would wait longer than the service lets them. */
const LIMITED_CONNECTIONS = 8

/** Measures everything in one run; takes as long as the sizes make it. */
export async function runBench(options: {
  /** Arguments of `node` that run the service; the script is absolute. */
  serviceArgs: readonly string[]
  sizes: BenchSizes
  /** Told what is measured next. */
  onStep?: (step: string) => void
}): Promise<Row[]> {
  const { serviceArgs: args, sizes, onStep = () => undefined } = options
  const directory = await mkdtemp(join(tmpdir(), 'feishu-card-auth-bench-'))
  const closers: (() => Promise<void>)[] = [() => rm(directory, { recursive: true, force: true })]
  try {
    onStep('starts')
    const starts = await measureStarts({ args, directory, ...sizes })

    const stub = await startProcess({ args: [STUB], cwd: directory, hasReadyz: false })
    closers.push(stub.stop)
    const service = await startLoadService({ args, directory, feishuUrl: stub.url })
    closers.push(service.close)
    const floor = await startLoadFloor({ directory, feishuUrl: stub.url })
    closers.push(floor.close)
    const load = await measureLoad(service, floor, sizes, onStep)
    const loaded = {
      service: service.process.usage().residentMb,
      floor: floor.process.usage().residentMb,
    }
    return [...load, ...rowsOfStart(starts, loaded)]
  } finally {
    for (const close of closers.reverse()) await close()
  }
}

async function measureLoad(
  service: LoadService,
  floor: LoadFloor,
  sizes: BenchSizes,
  onStep: (step: string) => void,
): Promise<Row[]> {
  onStep('callbacks')
  const callbacks = await measurePair(
    {
      service: {
        process: service.process,
        prepare: service.callbacks,
        status: 200,
        check: service.checkCompleted,
      },
      floor: { process: floor.process, prepare: floor.callbacks, status: 200 },
    },
    sizes,
  )
  onStep('new sessions')
  const created = await measurePair(
    {
      service: { process: service.process, prepare: service.newSessions, status: 201 },
      floor: { process: floor.process, prepare: floor.newSessions, status: 201 },
    },
    sizes,
  )
  onStep('joined sessions')
  const joined = await measurePair(
    {
      service: { process: service.process, prepare: service.joinedSessions, status: 200 },
      floor: { process: floor.process, prepare: floor.joinedSessions, status: 200 },
    },
    sizes,
  )
  onStep('sessions of one app')
  const ofOneApp = {
    process: service.process,
    prepare: service.newSessionsOfOneApp,
    status: 201,
  }
  const burst = Math.min(BURST, sizes.limited)
  await measureRound(ofOneApp, burst, LIMITED_CONNECTIONS)
  const limited = await measureRound(ofOneApp, sizes.limited, LIMITED_CONNECTIONS)
  return [
    ...rowsOfLoad('callback → completed', callbacks),
    ...rowsOfLoad('POST /v1/sessions, new people', created),
    ...rowsOfLoad('POST /v1/sessions, joining', joined),
    row({
      name: 'POST /v1/sessions, new people of one app',
      unit: '/s',
      service: limited.perSecond,
      floor: null,
      goal: "50, Feishu's limit",
    }),
  ]
}
