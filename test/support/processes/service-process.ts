import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { argumentsOf } from './programs.ts'
import { until } from './until.ts'

/** How a process ended: by itself with a code, or by a signal. */
export type Exit = { code: number | null; signal: NodeJS.Signals | null }

/** A service in a process of its own. */
export type ServiceProcess = {
  url: string
  metricsUrl: string
  /** Everything it has written so far, byte for byte. */
  output(): string
  exited: Promise<Exit>
  /** Sends a signal and resolves when the process has ended. */
  end(signal: NodeJS.Signals): Promise<Exit>
}

/** The process with a fault point; see the script. */
export const MORTAL = fileURLToPath(new URL('mortal-service.ts', import.meta.url))

/** Starts a script of this repository with nothing but this environment; its folder holds no `.env`. */
export function runScript(script: string, args: readonly string[], env: Record<string, string>) {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, [...argumentsOf(script), ...args], {
    cwd: tmpdir(),
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const chunks: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  }
  const exited = new Promise<Exit>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
  const output = () => Buffer.concat(chunks).toString()
  return { child, exited, output }
}

/** Starts a service and resolves when it is ready. */
export async function startServiceProcess(
  script: string,
  env: Record<string, string>,
): Promise<ServiceProcess> {
  const { child, exited, output } = runScript(script, [], env)
  let isOver = false
  void exited.then(() => {
    isOver = true
  })
  const ready = await until(
    'the process is ready',
    () => {
      if (isOver) throw new Error(`the process ended at its start:\n${output()}`)
      return readyLine(output())
    },
    60,
  )
  return {
    ...ready,
    output,
    exited,
    end(signal) {
      child.kill(signal)
      return exited
    },
  }
}

function readyLine(output: string): { url: string; metricsUrl: string } | null {
  const line = output.split('\n').find((each) => each.includes('"service_ready"'))
  if (line === undefined) return null
  const { url, metrics_url: metricsUrl } = JSON.parse(line)
  return { url, metricsUrl }
}
