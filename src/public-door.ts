import type { Clock, Log } from './auth/ports.ts'
import type { AuthSession } from './auth/session.ts'
import { UnknownAppError } from './errors.ts'
import type { HttpNeighbours } from './http/http-neighbours.ts'
import type { Parts, PartsApp } from './parts.ts'

/** What the routes need from the parts, for the service and the library alike. */
export type PublicDoor = Pick<
  HttpNeighbours,
  | 'auth'
  | 'listSessions'
  | 'idempotency'
  | 'access'
  | 'log'
  | 'appLink'
  | 'brandOf'
  | 'consoleUrl'
  | 'appName'
  | 'clock'
>

/** Connects the routes to the parts. */
export function createPublicDoor({
  apps,
  parts: { auth, store, messenger, idempotency, access },
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
    auth: {
      ...auth,
      sendAgain: (...link) => access.callers.as('person', () => auth.sendAgain(...link)),
    },
    listSessions: store.sessions.list,
    idempotency,
    access,
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

/** The paths in front of the callbacks of all apps, such as `/bot`. */
export function pathPrefixes(apps: readonly { redirectUri: string }[]): string[] {
  const prefixes = apps.map(({ redirectUri }) =>
    new URL(redirectUri).pathname.replace(/\/[^/]*$/, ''),
  )
  return [...new Set(prefixes)].filter((prefix) => prefix !== '')
}
