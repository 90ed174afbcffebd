import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BenchSizes, LoadSizes } from './bench-sizes.ts'
import { type LoadFloor, startLoadFloor } from './load-floor.ts'
import { type LoadService, startLoadService } from './load-service.ts'
import { measureGrowth } from './measure-growth.ts'
import { measurePair, measureRound } from './measure-pair.ts'
import { measureRaces, type Race } from './measure-races.ts'
import { measureRefreshes } from './measure-refreshes.ts'
import { measureStarts } from './measure-starts.ts'
import { measureTokens } from './measure-tokens.ts'
import { measureWaking } from './measure-waking.ts'
import { type Row, row, rowsOfLoad, rowsOfStart } from './rows.ts'
import { startProcess } from './start-process.ts'
import { createTokenStage, type Product, type TokenStage } from './token-stage.ts'

const STUB = fileURLToPath(new URL('processes/feishu-stub.mjs', import.meta.url))

/** Feishu lets 50 messages of an app through in a second; the service 40, and so many at once. */
const BURST = 40
/** Few connections: with more, requests would wait longer than the service lets them. */
const LIMITED_CONNECTIONS = 8

/** What can be measured alone. */
export const PARTS = ['tokens', 'races', 'refreshes', 'growth', 'waking', 'load'] as const
export type Part = (typeof PARTS)[number]

/** What was measured. */
export type Measurements = { rows: Row[]; races: Race[] }

/** Measures everything in one run; takes as long as the sizes make it. */
export async function runBench(options: {
  product: Product
  sizes: BenchSizes
  /** Everything, unless named. */
  only?: readonly Part[] | undefined
  /** Told what is measured next. */
  onStep?: (step: string) => void
}): Promise<Measurements> {
  const { product, sizes, only = PARTS, onStep = () => undefined } = options
  const measure: Record<Part, (directory: string) => Promise<Partial<Measurements>>> = {
    tokens: onStage(async (stage) => ({ rows: await measureTokens(stage, sizes.tokens, onStep) })),
    races: onStage(async (stage) => {
      onStep('races')
      return { races: await measureRaces(stage, sizes.tokens.callers) }
    }),
    refreshes: onStage(async (stage) => {
      onStep('refreshes')
      return { rows: await measureRefreshes(stage, sizes.tokens.refreshes) }
    }),
    growth: onStage(async (stage) => ({ rows: await measureGrowth(stage, sizes.tokens, onStep) })),
    waking: async () => ({
      rows: await measureWaking(product.serviceArgs.at(-1) ?? '', sizes.waking, onStep),
    }),
    load: async (directory) => ({
      rows: await measureStartsAndLoad(product.serviceArgs, directory, sizes.load, onStep),
    }),
  }
  const seen: Measurements = { rows: [], races: [] }
  for (const part of PARTS) {
    if (!only.includes(part)) continue
    // Each with its own files, so that a million rows are gone before the next begins.
    const directory = await mkdtemp(join(tmpdir(), 'feishu-card-auth-bench-'))
    try {
      const { rows = [], races = [] } = await measure[part](directory)
      seen.rows.push(...rows)
      seen.races.push(...races)
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  }
  return seen

  function onStage(work: (stage: TokenStage) => Promise<Partial<Measurements>>) {
    return async (directory: string) => {
      const stage = createTokenStage(directory, product)
      try {
        return await work(stage)
      } finally {
        await stage.close()
      }
    }
  }
}

async function measureStartsAndLoad(
  args: readonly string[],
  directory: string,
  sizes: LoadSizes,
  onStep: (step: string) => void,
): Promise<Row[]> {
  const closers: (() => Promise<void>)[] = []
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
  sizes: LoadSizes,
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
      goal: "50, Feishu's limit",
    }),
  ]
}
