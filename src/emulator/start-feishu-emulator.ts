import type { EmulatedApp, EmulatedPerson } from './cast.ts'
import type { EmulatorContext } from './context.ts'
import { createEmulatorClock } from './emulator-clock.ts'
import { createEventStream } from './event-stream.ts'
import { createFaults } from './faults.ts'
import { createHttpServer } from './http-server.ts'
import { type FeishuEmulatorOptions, resolveOptions } from './options.ts'
import { createRouter, type Route } from './router.ts'
import { emulatorRoutes } from './routes.ts'
import { createSim } from './sim/create-sim.ts'
import type { Sim } from './sim/sim.ts'
import { clockView, messageView } from './sim/state-view.ts'
import { createTranscript } from './transcript.ts'
import { createWorld } from './world.ts'
import { createLongConnection } from './ws/long-connection.ts'

/** A running local Feishu. */
export interface FeishuEmulator {
  /** `http://127.0.0.1:PORT`: the SDK's domain, and the base of the accounts and applink hosts. */
  readonly url: string
  /** The app as it is now; change it with `sim.setApp`. */
  readonly app: EmulatedApp
  /** The people as they are now; change them with `sim.setPerson`. */
  readonly people: readonly EmulatedPerson[]
  /** Every route, with how completely it follows Feishu. */
  readonly routes: readonly Pick<Route, 'method' | 'path' | 'coverage'>[]
  /** What people, administrators and bad luck do. */
  readonly sim: Sim
  /** The emulator's clock. */
  now(): Date
  /** Closes every socket and timer. */
  close(): Promise<void>
}

/**
 * Starts a local Feishu on one port: API, authorize page, token endpoints, long connection, applinks,
 * the `/sim` API and the chat page. Rejects when the port is taken.
 */
export async function startFeishuEmulator(
  given: FeishuEmulatorOptions = {},
): Promise<FeishuEmulator> {
  const options = resolveOptions(given)
  const clock = createEmulatorClock(options.now)
  const world = createWorld(options, clock.now)
  const faults = createFaults()
  const transcript = createTranscript(clock.now)
  const events = createEventStream()
  const parts = { options, clock, world, faults, transcript, events }
  const longConnection = createLongConnection(parts)
  let url = ''
  const context: EmulatorContext = {
    ...parts,
    delivery: longConnection.delivery,
    baseUrl: () => url,
  }
  const sim = createSim(context)
  const router = createRouter(emulatorRoutes(context, longConnection, sim))
  const server = createHttpServer(context, router, longConnection.upgrade)

  clock.onMove(() => events.publish('clock', clockView(context)))
  world.onMessage((message) => events.publish('message', { message: messageView(message) }))
  transcript.onEntry((entry) => events.publish('transcript', { entry }))
  const port = await server.listen(options.port, options.host)
  url = `http://${reachable(options.host)}:${port}`

  return {
    url,
    app: world.app,
    people: world.people,
    routes: router.routes,
    sim,
    now: () => new Date(clock.now()),
    async close() {
      clock.close()
      events.close()
      await longConnection.delivery.close()
      await server.close()
    },
  }
}

/** The name for a browser on this machine, also when every address is listened on. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}
