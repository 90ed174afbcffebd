import {
  type EmulatedPerson,
  type FeishuEmulator,
  type FeishuEmulatorOptions,
  startFeishuEmulator,
} from '../../src/emulator/index.ts'
import { connectSdkBot, type SdkBot, type SdkBotOptions, type SdkHandlers } from './sdk-bot.ts'

/** What the emulators of a bench tell their clients: to come back at once. */
export const quickClientConfig = {
  ReconnectCount: -1,
  ReconnectInterval: 0.1,
  ReconnectNonce: 0,
  PingInterval: 120,
}

/** Emulators and bots of one test; `close` ends them all, the newest first. */
export interface EmulatorBench {
  start(options?: FeishuEmulatorOptions): Promise<FeishuEmulator>
  connect(emulator: FeishuEmulator, handlers: SdkHandlers, options?: SdkBotOptions): Promise<SdkBot>
  /** Ends something else with the bench. */
  keep(part: { close(): unknown }): void
  close(): Promise<void>
}

/** Creates an empty bench. */
export function createEmulatorBench(): EmulatorBench {
  const parts: { close(): unknown }[] = []
  return {
    async start(options = {}) {
      const emulator = await startFeishuEmulator({ clientConfig: quickClientConfig, ...options })
      parts.push(emulator)
      return emulator
    },
    async connect(emulator, handlers, options) {
      const bot = await connectSdkBot(emulator, handlers, options)
      parts.push(bot)
      return bot
    },
    keep: (part) => void parts.push(part),
    async close() {
      for (const part of parts.splice(0).reverse()) await part.close()
    },
  }
}

/** The first person of an emulator. */
export function someone(emulator: FeishuEmulator): EmulatedPerson {
  const person = emulator.people[0]
  if (person === undefined) throw new Error('The emulator has no people.')
  return person
}
