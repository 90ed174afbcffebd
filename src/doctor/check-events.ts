import type { AppInspector } from '../feishu/app-inspector.ts'
import type { FeishuApp } from '../feishu/hosts.ts'
import { type Finding, pass, skip, warn } from './check.ts'
import { MAY_READ_ITSELF } from './check-app.ts'
import { consolePage } from './console-page.ts'

/** What the service listens to, and what is lost without it. */
const EVENTS: Readonly<Record<string, string>> = {
  'im.message.receive_v1': '/revoke, /auth status and /auth doctor get no answer',
  'auth.user_access_token.revoked_v4':
    'what people revoke at Feishu shows only at the next refresh',
  'contact.user.deleted_v3': 'the grant of somebody who left shows only at the next refresh',
  'contact.user.updated_v3': 'the grant of somebody frozen shows only at the next refresh',
}

/** Tells whether the events that the service listens to are subscribed to, over the persistent connection. */
export async function checkEvents(
  app: FeishuApp,
  inspector: AppInspector,
  isUsed: boolean,
): Promise<Finding> {
  if (!isUsed)
    return skip('CARD_CALLBACK is off: events are heard by another program, or by nobody.')
  const settings = await inspector.settings()
  if (settings === null) return skip('The app may not read its own settings.', MAY_READ_ITSELF)
  const { events, eventType } = settings
  const page = `${consolePage(app, 'events')} → Event Configuration`
  if (eventType === 'webhook') {
    return warn(
      'The console sends events to a request URL, so the service hears none: no command in the chat, no revocation.',
      `Under ${page} choose the persistent connection, add ${Object.keys(EVENTS).join(' ')} and publish a version.`,
    )
  }
  if (events === null) return skip('Feishu does not tell which events the app is subscribed to.')
  const missing = Object.entries(EVENTS).filter(([name]) => !events.includes(name))
  if (missing.length > 0) {
    const losses = [...new Set(missing.map(([, loss]) => loss))].join('; ')
    return warn(
      `The app is not subscribed to all that the service listens to: ${losses}.`,
      `Under ${page} add ${missing.map(([name]) => name).join(' ')} and publish a version.`,
    )
  }
  return pass(
    `The app is subscribed to all that the service listens to: ${Object.keys(EVENTS).join(' ')}.`,
  )
}
