import { CardAuthError, FeishuUnavailableError } from '../errors.ts'
import type { AppInspector } from '../feishu/app-inspector.ts'
import type { FeishuApp } from '../feishu/hosts.ts'
import { probeUrl } from '../feishu/probe-url.ts'
import { type Finding, fail, pass, skip, warn } from './check.ts'
import { consolePage } from './console-page.ts'
import { outage } from './outage.ts'
import { timeOf } from './time-of.ts'
import { unreachable } from './unreachable.ts'

/** What to do where the app may not read its own settings. */
export const MAY_READ_ITSELF =
  'To let it be seen, enable application:application:self_manage for the app under Permissions & Scopes and publish a version.'

/** What stands in the way of a bot, by `activate_status` (https://open.feishu.cn/document/server-docs/bot-v3/obtain-bot-info). */
const NOT_ACTIVE: Readonly<Record<number, string>> = {
  0: 'it waits to be installed by the tenant’s administrator',
  1: 'the tenant has stopped it',
  3: 'it is installed, but not enabled',
  4: 'it waits for an upgrade',
  5: 'its licence has run out',
  6: 'the tenant’s plan has run out or was lowered',
}
const ACTIVE = 2

/** Tells whether Feishu takes the app's id and secret. */
export async function checkCredentials(app: FeishuApp, inspector: AppInspector): Promise<Finding> {
  try {
    await inspector.checkCredentials()
    return pass('Feishu takes the App ID and App Secret.')
  } catch (error) {
    return refused(
      error,
      `Copy both again from ${consolePage(app, 'credentials')}: FEISHU_APP_ID=${app.appId}, FEISHU_APP_SECRET=…`,
    )
  }
}

/** Tells whether the app has a bot that may act. */
export async function checkBot(app: FeishuApp, inspector: AppInspector): Promise<Finding> {
  const bot = await inspector.bot()
  if (bot === null) {
    return fail(
      'The app has no bot, so it can send no card.',
      `Add it under ${consolePage(app, 'bot')} and publish a version.`,
    )
  }
  if (bot.activateStatus === null || bot.activateStatus === ACTIVE) {
    return pass(`The bot ${bot.name ?? app.appId} is enabled.`)
  }
  return fail(
    `The bot cannot act: ${NOT_ACTIVE[bot.activateStatus] ?? `Feishu says activate_status ${bot.activateStatus}`}.`,
    `Publish a version under ${consolePage(app, 'versions')} and have the tenant’s administrator approve and enable it.`,
  )
}

/**
 * Tells whether Feishu would let the long connection in, whether its host answers, and when the service had it last; it is not
 * opened, for it would take taps from the service.
 */
export async function checkLongConnection(
  app: FeishuApp,
  inspector: AppInspector,
  {
    isUsed,
    connectedAt,
    timeoutMs,
  }: { isUsed: boolean; connectedAt: Date | null; timeoutMs?: number | undefined },
): Promise<Finding> {
  if (!isUsed) return skip('CARD_CALLBACK is off: no long connection is used.')
  const last =
    connectedAt === null
      ? 'The service has not connected yet, as far as its database tells.'
      : `The service connected last at ${timeOf(connectedAt)}.`
  try {
    const origin = await inspector.longConnection()
    const probe = await probeUrl(`${origin}/`, { timeoutMs, isDirect: true })
    if (!probe.answered) {
      const { host } = new URL(origin)
      return fail(
        `Feishu would let a long connection in, but ${host} cannot be reached: ${unreachable(probe).problem}. ${last}`,
        `The long connection goes through no proxy: let this machine out to ${host} itself, port 443.`,
      )
    }
    return pass(
      `Feishu would let a long connection in, and its host answers (asked, not opened: it would take taps away). ${last}`,
    )
  } catch (error) {
    return refused(
      error,
      `Check App ID and App Secret, and that the app is enabled and published: ${consolePage(app, 'versions')}`,
    )
  }
}

/** Tells whether a version of the app is published and on. */
export async function checkPublishedVersion(
  app: FeishuApp,
  inspector: AppInspector,
): Promise<Finding> {
  const settings = await inspector.settings()
  if (settings === null) return skip('The app may not read its own settings.', MAY_READ_ITSELF)
  const page = consolePage(app, 'versions')
  if (!settings.isPublished) {
    return fail(
      'No version of the app is published: nothing that was set in the console works yet.',
      `Create a version and publish it under ${page}; its availability must include the people you ask.`,
    )
  }
  if (settings.isOn === false) {
    return fail(
      'The app is stopped.',
      'Have the tenant’s administrator enable it in the admin console.',
    )
  }
  if (settings.isWaitingForApproval) {
    return warn(
      'A newer version waits for approval: what it changes does not work yet.',
      `Have the tenant’s administrator approve it; see ${page}.`,
    )
  }
  return pass('A version is published, and the app is on.')
}

/** A refusal in Feishu's words, or Feishu out of reach. */
function refused(error: unknown, hint: string): Finding {
  if (!(error instanceof CardAuthError)) throw error
  if (!(error instanceof FeishuUnavailableError)) return fail(error.message, hint)
  const trouble = outage(error)
  return fail(trouble.message, trouble.hint)
}
