import { fork } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { WorkerAnswer, WorkerOrder } from './orders.ts'

/** What the callers of one worker got. */
export type Asked = Extract<WorkerAnswer, { kind: 'asked' }>

/** The refresh engine in a process of its own. */
export type Worker = {
  /** So many callers at the same time; rejects when the process dies before they have their answer. */
  ask(openId: string, calls?: number): Promise<Asked>
  signal(signal: NodeJS.Signals): void
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  close(): Promise<void>
}

const SCRIPT = fileURLToPath(new URL('refresh-worker.ts', import.meta.url))
const TSX = import.meta.resolve('tsx')

/** Starts a worker with nothing but this environment, and resolves when it is ready. */
export async function startWorker(env: Record<string, string>): Promise<Worker> {
  const { PATH = '', HOME = '' } = process.env
  const child = fork(SCRIPT, {
    cwd: tmpdir(),
    execArgv: ['--import', TSX],
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const exited = new Promise<Awaited<Worker['exited']>>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
  const answers = async (): Promise<WorkerAnswer> => {
    const [answer] = await Promise.race([
      once(child, 'message') as Promise<[WorkerAnswer]>,
      exited.then((exit) => {
        throw new Error(`the worker ended: ${JSON.stringify(exit)}`)
      }),
    ])
    return answer
  }
  const order = (told: WorkerOrder) => child.send(told, () => undefined)

  await answers()
  return {
    async ask(openId, calls = 1) {
      const answered = answers()
      order({ do: 'ask', openId, calls })
      const answer = await answered
      if (answer.kind !== 'asked') throw new Error('the worker answered something else')
      return answer
    },
    signal: (signal) => child.kill(signal),
    exited,
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGCONT')
      order({ do: 'close' })
      const isGone = exited.then(() => true)
      const isLate = new Promise<false>((resolve) => setTimeout(resolve, 15_000, false).unref())
      if (!(await Promise.race([isGone, isLate]))) child.kill('SIGKILL')
      await exited
    },
  }
}
