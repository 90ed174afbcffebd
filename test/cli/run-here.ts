import { vi } from 'vitest'
import { runCli } from '../../src/cli/run-cli.ts'
import type { Ended } from './command.ts'

/** Runs a command line in this process, for those that read no environment; a process of its own takes seconds. */
export async function runHere(args: readonly string[]): Promise<Ended> {
  const said = { out: '', err: '' }
  const take = (where: 'out' | 'err') => (text: unknown) => {
    said[where] += String(text)
    return true
  }
  const line = (where: 'out' | 'err') => (text: unknown) => void take(where)(`${String(text)}\n`)
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(take('out')),
    vi.spyOn(process.stderr, 'write').mockImplementation(take('err')),
    vi.spyOn(console, 'log').mockImplementation(line('out')),
    vi.spyOn(console, 'error').mockImplementation(line('err')),
  ]
  try {
    return { code: await runCli(args), ...said }
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}
