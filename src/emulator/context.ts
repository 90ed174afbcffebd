import type { Delivery } from './delivery.ts'
import type { EmulatorClock } from './emulator-clock.ts'
import type { EventStream } from './event-stream.ts'
import type { Faults } from './faults.ts'
import type { ResolvedOptions } from './options.ts'
import type { Transcript } from './transcript.ts'
import type { World } from './world.ts'

/** What the routes of the emulator share. */
export type EmulatorContext = {
  options: ResolvedOptions
  clock: EmulatorClock
  world: World
  faults: Faults
  transcript: Transcript
  events: EventStream
  delivery: Delivery
  /** The emulator's own address, known once it listens. */
  baseUrl(): string
}
