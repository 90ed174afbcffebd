import type { Clock, Log } from './auth/ports.ts'
import type { AuthSession } from './auth/session.ts'
import { UnknownAppError } from './errors.ts'
import type { HttpNeighbours } from './http/http-neighbours.ts'
import type { Parts, PartsApp } from './parts.ts'

/** What the routes need from the parts, for the service and the library alike. */
export type PublicDoor = Pick<
  HttpNeighbours,
  'auth' | 'listSessions' | 'log' | 'appLink' | 'brandOf' | 'consoleUrl' | 'appName' | 'clock'
>

/** Connects the routes to the parts. */
export function createPublicDoor({
  apps,
  parts: { auth, store, messenger },
  log,
  clock,
}: {
  apps: readonly PartsApp[]
  parts: Parts
  log: Log
  clock: Clock
}): PublicDoor {
  const byId = new Map(apps.map((app) => [app.appId, app]))

  return {
    auth,
    listSessions: store.sessions.list,
    log,
    clock,
    appName: messenger.appName,
    brandOf: (appId) => appOf(appId).brand,
    consoleUrl: (appId) => `${appOf(appId).endpoints.console}/app/${appId}`,
    appLink,
  }

  function appOf(appId: string): PartsApp {
    const app = byId.get(appId)
    if (!app) throw new UnknownAppError(appId)
    return app
  }

  /** The group the card went to, else the chat with the bot. */
  function appLink(session: AuthSession | null): string {
    const app = session ? appOf(session.appId) : apps[0]
    if (!app) throw new UnknownAppError(null)
    const { appId, endpoints } = app
    return session?.chatId
      ? `${endpoints.appLink}/client/chat/open?openChatId=${encodeURIComponent(session.chatId)}`
      : `${endpoints.appLink}/client/bot/open?appId=${appId}`
  }
}

/** The path in front of the callback in a redirect URI, such as `/bot`. */
export function pathPrefix(redirectUri: string): string {
  return new URL(redirectUri).pathname.replace(/\/[^/]*$/, '')
}
