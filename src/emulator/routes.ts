import type { EmulatorContext } from './context.ts'
import type { Route } from './router.ts'
import { applicationRoutes } from './routes/application.ts'
import { applinkRoutes } from './routes/applink.ts'
import { authorizeRoutes } from './routes/authorize.ts'
import { avatarRoutes } from './routes/avatar.ts'
import { botRoutes } from './routes/bot.ts'
import { cardUpdateRoutes } from './routes/card-update.ts'
import { chatPageRoutes } from './routes/chat-page.ts'
import { messageRoutes } from './routes/messages.ts'
import { revokeRoutes } from './routes/revoke.ts'
import { simRoutes } from './routes/sim.ts'
import { tenantTokenRoutes } from './routes/tenant-token.ts'
import { tokenRoutes } from './routes/token.ts'
import { userInfoRoutes } from './routes/user-info.ts'
import { wsEndpointRoutes } from './routes/ws-endpoint.ts'
import type { Sim } from './sim/sim.ts'
import type { LongConnection } from './ws/long-connection.ts'

/** The whole route table of the emulator; docs/emulator.md lists the same. */
export function emulatorRoutes(
  context: EmulatorContext,
  { tickets, updateTokens }: LongConnection,
  sim: Sim,
): Route[] {
  return [
    ...tenantTokenRoutes(context),
    ...authorizeRoutes(context),
    ...tokenRoutes(context),
    ...revokeRoutes(context),
    ...userInfoRoutes(context),
    ...applicationRoutes(context),
    ...messageRoutes(context),
    ...cardUpdateRoutes(context, updateTokens),
    ...botRoutes(context),
    ...wsEndpointRoutes(context, tickets),
    ...applinkRoutes(),
    ...avatarRoutes(context),
    ...simRoutes(context, sim),
    ...chatPageRoutes(),
  ]
}
