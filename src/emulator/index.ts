export type { EmulatedConnection } from './delivery.ts'
export type { Fault } from './faults.ts'
export type {
  ClientConfig,
  EmulatedApp,
  EmulatedPerson,
  FeishuEmulatorOptions,
  LogLine,
  PersonLocale,
} from './options.ts'
export type { ButtonChoice, ClickOutcome, ConsentOutcome, Sim, TokenOwner } from './sim/sim.ts'
export type { MessageView, StateView } from './sim/state-view.ts'
export { type FeishuEmulator, startFeishuEmulator } from './start-feishu-emulator.ts'
export type { TranscriptEntry } from './transcript.ts'
