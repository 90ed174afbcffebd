import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { readUsage, type Usage } from './read-usage.ts'

/** A server in a process of its own. */
export type ServerProcess = {
  url: string
  /** Milliseconds from the spawn to the first good answer of `/readyz`; null when it was not asked. */
  readyMs: number | null
  usage(): Usage
  /** Milliseconds that its event loop was held at most since it was last asked; for one started with `watchesLoop`. */
  loopHeldMs(): Promise<number>
  /** The port of `/metrics`, where it has one. */
  metricsUrl: string | null
  stop(): Promise<void>
}

const WATCH_LOOP = new URL('processes/watch-loop.mjs', import.meta.url).href

const LONGEST_START_MS = 60_000

/**
 * Starts a Node process and resolves when it has printed its `service_ready` line, and answers `/readyz` if it has one.
 *
 * Nothing is asked before that line: probes would take processor time from the very start they measure.
 */
export async function startProcess(options: {
  /** Arguments of `node`; the script is absolute. */
  args: readonly string[]
  /** Its working directory; no `.env` must lie there. */
  cwd: string
  env?: Readonly<Record<string, string>>
  hasReadyz: boolean
  watchesLoop?: boolean
}): Promise<ServerProcess> {
  const { args, cwd, env = {}, hasReadyz, watchesLoop = false } = options
  const { PATH = '', HOME = '' } = process.env
  const startedAt = performance.now()
  const watch = watchesLoop ? ['--import', WATCH_LOOP] : []
  const child = spawn(process.execPath, [...watch, ...args], {
    cwd,
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'inherit', ...(watchesLoop ? (['ipc'] as const) : [])],
  })
  const output = child.stdout
  if (output === null) throw new Error('the process has no output')
  // Whatever becomes of the bench, nothing it started outlives it.
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  void ended.then(() => process.off('exit', kill))
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await ended
  }
  try {
    const { url, metrics_url } = await readyLine(createInterface({ input: output }), ended)
    if (hasReadyz) await untilReady(url)
    const readyMs = hasReadyz ? performance.now() - startedAt : null
    const loopHeldMs = async (): Promise<number> => {
      child.send({})
      const [{ heldMs }] = await once(child, 'message')
      return heldMs
    }
    const metricsUrl = metrics_url ?? null
    return { url, metricsUrl, readyMs, usage: () => readUsage(child.pid), loopHeldMs, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Its lines are read to the end of its life, as a container's log driver does. */
function readyLine(
  lines: ReturnType<typeof createInterface>,
  ended: Promise<void>,
): Promise<{ url: string; metrics_url?: string | null }> {
  return new Promise((resolve, reject) => {
    const giveUp = (problem: string) => reject(new Error(`the process ${problem}`))
    const timer = setTimeout(() => giveUp('took too long to start'), LONGEST_START_MS)
    void ended.then(() => giveUp('ended at its start'))
    lines.on('line', (line) => {
      if (!line.includes('"service_ready"')) return
      clearTimeout(timer)
      resolve(JSON.parse(line))
    })
  })
}

async function untilReady(url: string): Promise<void> {
  const giveUpAt = performance.now() + LONGEST_START_MS
  for (;;) {
    const { ok } = await fetch(`${url}/readyz`)
    if (ok) return
    if (performance.now() > giveUpAt) throw new Error('the process never became ready')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
