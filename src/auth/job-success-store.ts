/** When a job last succeeded, on whatever instance. */
export type JobSuccess = { job: string; at: Date }

/** The last success of each job, to the minute. */
export interface JobSuccessStore {
  note(job: string, at: Date): Promise<void>
  list(): Promise<JobSuccess[]>
}
