import type { Background } from '../auth/background.ts'
import type { JobSuccessStore } from '../auth/job-success-store.ts'
import { createOnceAMinute } from '../auth/once-a-minute.ts'
import type { Clock } from '../auth/ports.ts'
import type { JobName } from './schedules.ts'

/** Takes note that a job has succeeded; it returns at once, and nobody waits for it. */
export type NoteSuccess = (job: JobName) => void

/** Creates the note taker: a process that starts knows by its notes since when a job has not succeeded. */
export function createNoteSuccess({
  successes,
  clock,
  background,
}: {
  successes: Pick<JobSuccessStore, 'note'>
  clock: Pick<Clock, 'now'>
  background: Pick<Background, 'run'>
}): NoteSuccess {
  const timeToNote = createOnceAMinute(clock)
  return (job) => {
    const at = timeToNote(job)
    if (at) background.run(() => successes.note(job, at))
  }
}
