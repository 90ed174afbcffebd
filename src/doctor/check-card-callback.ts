import type { AppSignStore } from '../auth/app-signs.ts'
import type { AppSettingsSeen } from '../feishu/app-inspector.ts'
import type { FeishuApp } from '../feishu/hosts.ts'
import { type Finding, fail, pass, skip, warn } from './check.ts'
import { consolePage } from './console-page.ts'
import { timeOf } from './time-of.ts'

type Signs = Awaited<ReturnType<AppSignStore['find']>>

const CALLBACK = 'card.action.trigger'
/** So long a tap on an unknown card is worth telling. */
const RECENT_MS = 7 * 86_400_000

/** Tells whether taps on cards arrive and can be answered: by what came, and by what the console says. */
export function checkCardCallback(
  app: FeishuApp,
  {
    settings,
    signs,
    isUsed,
  }: { settings: AppSettingsSeen | null; signs: Signs | null; isUsed: boolean },
): Finding {
  if (!isUsed) return skip('CARD_CALLBACK is off: taps are taken by another program, or by nobody.')
  const hint = `Under ${consolePage(app, 'events')} → Callback Configuration choose the persistent connection, add ${CALLBACK} (take the old one away) and publish a version.`
  const { card_tap: tap, old_card_tap: oldTap, connected } = signs ?? {}
  if (oldTap && (!tap || oldTap > tap)) {
    return fail(
      `Taps come in the old form, which cannot be answered (200340); the last one at ${timeOf(oldTap)}.`,
      hint,
    )
  }
  if (settings?.callbacks && !settings.callbacks.includes(CALLBACK)) {
    const others = settings.callbacks.join(' ') || 'nothing'
    return fail(`The console is subscribed to ${others}, not to ${CALLBACK} (200340).`, hint)
  }
  if (tap) return pass(`Taps arrive; the last one at ${timeOf(tap)}.`)
  if (settings?.callbackType === 'webhook') {
    return warn(
      'The console sends callbacks to a request URL, as far as it tells; no tap has come yet.',
      hint,
    )
  }
  if (settings?.callbacks)
    return pass(`The console is subscribed to ${CALLBACK}; no tap has come yet.`)
  if (connected === undefined)
    return skip('The service has not been connected yet, so no tap could come.')
  return skip('No tap has come yet. Send yourself a card and tap "Not now".', hint)
}

/** Tells whether taps come on cards of somebody else: then that other service takes some of ours. */
export function checkOtherService(signs: Signs | null, now: Date): Finding {
  const at = signs?.unknown_card_tap
  if (at && now.getTime() - at.getTime() < RECENT_MS) {
    return warn(
      `At ${timeOf(at)} somebody tapped a card that this database does not know.`,
      'Unless the database was put back or replaced, another service (a test environment, a colleague) has the same app, and Feishu gives each tap to one of the two at random: give it an app of its own, or stop it.',
    )
  }
  if (signs === null) return skip('The database cannot be read.')
  return pass(
    'No tap on a card of another service came in the last 7 days; Feishu itself does not tell who else is connected.',
  )
}
