import type { CardContext } from './cards/card-face.ts'
import type { FeishuApp } from './hosts.ts'

/** What a card of this app is drawn with. */
export function cardContext(app: FeishuApp, appName: string, authorizeLink: string): CardContext {
  const { appId, brand, endpoints } = app
  return {
    // An id says nothing to people: while the name is not known the card says "this app".
    appName: appName === appId ? '' : appName,
    brand,
    authorizeLink,
    appLinkBaseUrl: endpoints.appLink,
    consoleBaseUrl: endpoints.console,
  }
}
