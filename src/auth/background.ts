/** Work that outlives the call that started it, and that a shutdown waits for. */
export interface Background {
  run(work: () => Promise<unknown>): void
  /** Runs work that must come to its end although its caller may leave; the caller gets the result, or the error. */
  finish<Result>(work: () => Promise<Result>): Promise<Result>
  /** How much is running. */
  count(): number
  /** Resolves when everything started so far has ended. */
  drain(): Promise<void>
}

/** Creates the list of running background work; failures go to `onError` and nowhere else. */
export function createBackground(onError: (error: unknown) => void): Background {
  const running = new Set<Promise<unknown>>()
  function keep(task: Promise<unknown>): void {
    const kept = task.finally(() => running.delete(kept))
    running.add(kept)
  }

  return {
    run: (work) => keep(work().catch(onError)),
    finish(work) {
      const result = work()
      // Its error is the caller's to tell.
      keep(result.catch(() => {}))
      return result
    },
    count: () => running.size,
    async drain() {
      while (running.size > 0) await Promise.all(running)
    },
  }
}
