/** Work that outlives the call that started it, and that a shutdown waits for. */
export interface Background {
  run(work: () => Promise<unknown>): void
  /** Resolves when everything started so far has ended. */
  drain(): Promise<void>
}

/** Creates the list of running background work; failures go to `onError` and nowhere else. */
export function createBackground(onError: (error: unknown) => void): Background {
  const running = new Set<Promise<unknown>>()
  return {
    run(work) {
      const task = work()
        .catch(onError)
        .finally(() => running.delete(task))
      running.add(task)
    },
    async drain() {
      while (running.size > 0) await Promise.all(running)
    },
  }
}
