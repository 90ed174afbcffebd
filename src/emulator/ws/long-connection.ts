import type { EmulatorContext } from '../context.ts'
import type { Delivery } from '../delivery.ts'
import type { UpgradeHandler } from '../http-server.ts'
import { createConnections } from './connections.ts'
import { createDelivery } from './delivery.ts'
import type { Tickets } from './tickets.ts'
import { createUpdateTokens, type UpdateTokens } from './update-tokens.ts'

/** The long connection as the rest of the emulator sees it. */
export type LongConnection = {
  upgrade: UpgradeHandler
  delivery: Delivery
  tickets: Tickets
  updateTokens: UpdateTokens
}

/** What the long connection needs of the emulator, and what a test may fix. */
export type LongConnectionContext = Omit<EmulatorContext, 'delivery' | 'baseUrl'> & {
  /** Picks the connection of a message; default `Math.random`. */
  random?: () => number
  /** A longer payload travels in several frames; default 64 KiB. */
  fragmentBytes?: number
}

/** Builds the parts of the long connection; nothing is open yet. */
export function createLongConnection(context: LongConnectionContext): LongConnection {
  const connections = createConnections(context)
  const updateTokens = createUpdateTokens(context.world, context.clock.now)
  const delivery = createDelivery({ ...context, connections, updateTokens })
  return { upgrade: connections.upgrade, delivery, tickets: connections.tickets, updateTokens }
}
