import type { Deployment } from '../../support/processes/deployment.ts'

/** What came of the requests of many callers. */
export type Calls = {
  /** How many were answered well, by what was asked. */
  answered: Record<string, number>
  /** The answers from 500 on and the broken connections, by what was asked. */
  failed: string[]
}

/** Callers who ask one thing after the other while the service says that it is ready, as a balancer lets them. */
export interface Callers {
  /** Begins one more caller; its `steps` are repeated until the service is not ready any more, each only if it still is. */
  begin(what: string, steps: readonly (() => Promise<Response>)[]): void
  /** Tells whether the service was ready when it was asked last. */
  isReady(): boolean
  calls: Calls
  /** Resolves when the service was not ready and every caller has their last answer. */
  end(): Promise<void>
}

/** Creates the callers of one process; they are shown to it as a balancer that asks for readiness every 50 ms. */
export function createCallers(deployment: Deployment, origin: string): Callers {
  const calls: Calls = { answered: {}, failed: [] }
  const running: Promise<void>[] = []
  let isReady = true
  running.push(watchReadiness())

  return {
    begin: (what, steps) => void running.push(repeat(what, steps)),
    isReady: () => isReady,
    calls,
    async end() {
      await Promise.all(running)
    },
  }

  async function watchReadiness(): Promise<void> {
    while (isReady) {
      isReady = await deployment.api(origin, '/readyz').then(
        async (answer) => {
          await answer.body?.cancel()
          return answer.status === 200
        },
        () => false,
      )
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  async function repeat(what: string, steps: readonly (() => Promise<Response>)[]): Promise<void> {
    while (isReady) {
      for (const step of steps) {
        if (!isReady) return
        await note(what, step)
        // What is answered from memory would otherwise leave no room for the others.
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    }
  }

  async function note(what: string, step: () => Promise<Response>): Promise<void> {
    try {
      const answer = await step()
      const text = await answer.text()
      if (answer.status >= 500) calls.failed.push(`${what}: ${answer.status} ${text.slice(0, 300)}`)
      else calls.answered[what] = (calls.answered[what] ?? 0) + 1
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
      calls.failed.push(`${what}: ${String(cause)}`)
    }
  }
}
