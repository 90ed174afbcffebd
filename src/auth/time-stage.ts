import type { EventSink, MachineStage } from './events.ts'
import type { Clock } from './ports.ts'

/** Does the work of one stage and tells how long it took, well or not. */
export type TimeStage = <Result>(
  stage: MachineStage,
  work: () => Promise<Result>,
) => Promise<Result>

/** Creates the stopwatch of stages that only machines take part in. */
export function createTimeStage({ clock, events }: { clock: Clock; events: EventSink }): TimeStage {
  return async (stage, work) => {
    const startedAt = clock.now().getTime()
    try {
      return await work()
    } finally {
      const seconds = Math.max(0, (clock.now().getTime() - startedAt) / 1000)
      events.emit({ type: 'stage_ended', stage, seconds })
    }
  }
}
