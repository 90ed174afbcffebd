/** Lets callers who want the same thing at the same time share one run of it. */
export interface SingleFlight<Result> {
  /** Joins the run under this key, or starts it; `joined` tells which. */
  run(key: string, work: () => Promise<Result>): { result: Promise<Result>; joined: boolean }
}

/** Creates the register of running work; it forgets a run as soon as it ends. */
export function createSingleFlight<Result>(): SingleFlight<Result> {
  const running = new Map<string, Promise<Result>>()
  return {
    run(key, work) {
      const present = running.get(key)
      if (present) return { result: present, joined: true }
      const result = work().finally(() => running.delete(key))
      running.set(key, result)
      return { result, joined: false }
    },
  }
}
