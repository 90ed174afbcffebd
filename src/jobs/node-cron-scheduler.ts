import { createTask } from 'node-cron'

/** Runs work by the clock. */
export interface Scheduler {
  /** Runs `work` whenever the cron expression (seconds first) matches, until it is stopped. */
  schedule(cron: string, work: () => void): { stop(): void }
}

/** Creates the scheduler of a running process. */
export function createNodeCronScheduler(): Scheduler {
  return {
    schedule(cron, work) {
      // A missed tick is no news: the next one does the same work. Its warning would break the log's format.
      const task = createTask(cron, () => work(), { suppressMissedWarning: true })
      void task.start()
      return { stop: () => void task.destroy() }
    },
  }
}
