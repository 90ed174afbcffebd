import { spawn } from 'node:child_process'
import { argumentsOf, CLI } from '../support/processes/programs.ts'

/** What a command line came to. */
export type Ended = { code: number | null; out: string; err: string }

/**
 * Runs `feishu-card-auth` as a process of its own, in a directory without a `.env` file and with no environment but
 * the given one. It is stopped after 50 seconds.
 */
export function run(
  args: readonly string[],
  { cwd, env = {} }: { cwd: string; env?: Record<string, string> },
): Promise<Ended> {
  const child = spawn(process.execPath, [...argumentsOf(CLI), ...args], {
    cwd,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 50_000,
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (text) => {
    out += text
  })
  child.stderr.on('data', (text) => {
    err += text
  })
  return new Promise((resolved, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolved({ code, out, err }))
  })
}
