import type { GrantStore } from '../auth/ports.ts'
import { whyUnrefreshable } from '../auth/unrefreshable.ts'
import type { AppInspector } from '../feishu/app-inspector.ts'
import type { FeishuApp } from '../feishu/hosts.ts'
import { type Finding, fail, pass, skip, warn } from './check.ts'
import { consolePage, scopesPage } from './console-page.ts'

type App = FeishuApp & { scopes: readonly string[] }

/** Each of them lets the bot send cards (https://open.feishu.cn/document/server-docs/im-v1/message/create). */
const SENDING = ['im:message:send_as_bot', 'im:message', 'im:message:send']
/** So many of the people's grants are looked at. */
const GRANTS_SEEN = 500

/** Tells whether every scope that people are asked for is enabled, and whether the bot may send. */
export async function checkScopes(app: App, inspector: AppInspector): Promise<Finding[]> {
  const held = (await inspector.scopes()).filter(({ isGranted }) => isGranted)
  const holds = (name: string, type: 'user' | 'tenant') =>
    held.some((scope) => scope.name === name && (scope.type === null || scope.type === type))
  const findings: Finding[] = []

  const missing = app.scopes.filter((scope) => !holds(scope, 'user'))
  if (missing.length > 0) {
    findings.push(
      fail(
        `People are asked for scopes that the app does not hold: ${missing.join(' ')}. Feishu shows them 20027 or 20043.`,
        `Enable them for people and publish a version: ${scopesPage(app, missing, 'user')}`,
      ),
    )
  }
  if (!app.scopes.includes('offline_access')) {
    findings.push(
      warn(
        'offline_access is not asked for: every token ends after some two hours and cannot be refreshed.',
        `Add it: OAUTH_SCOPES=${['offline_access', ...app.scopes].join(' ')}`,
      ),
    )
  }
  if (!SENDING.some((scope) => holds(scope, 'tenant'))) {
    findings.push(
      fail(
        'The bot may not send messages, so no card goes out (230027 or 99991672).',
        `Enable im:message:send_as_bot for the app and publish a version: ${scopesPage(app, ['im:message:send_as_bot'], 'tenant')}`,
      ),
    )
  }
  if (findings.length > 0) return findings
  return [pass(`All scopes are enabled: ${app.scopes.join(' ')}.`)]
}

/** Tells whether Feishu gives and takes refresh tokens, by the console's switch or by what came back for people. */
export async function checkRefreshSwitch(
  app: App,
  inspector: AppInspector | null,
  grants: Pick<GrantStore, 'list'> | null,
  now: Date,
): Promise<Finding> {
  const off = (seen: string) =>
    fail(
      seen,
      `Turn on "Refresh user_access_token" under ${consolePage(app, 'security')}, publish a version, and ask these people again.`,
    )
  // What came back for people tells it, too, when the console cannot be asked.
  const settings = await inspector?.settings().catch(() => null)
  const allows = settings?.allowsRefresh ?? null
  if (allows === false) return off('Refreshing is turned off in the console (20074).')
  const stored = (await grants?.list({ appId: app.appId, limit: GRANTS_SEEN })) ?? []
  // A grant that somebody ended has lost its refresh token by that; it tells nothing of the switch.
  const [newest] = stored
    .filter(({ accessTokenExpiresAt }) => accessTokenExpiresAt > now)
    .sort((one, other) => +other.authorizedAt - +one.authorizedAt)
  const isLacking =
    newest?.sealedRefreshToken === null && whyUnrefreshable(newest.scopes, null) === 'not_returned'
  if (isLacking) {
    return off('The newest authorization has offline_access and yet no refresh token came with it.')
  }
  if (allows === true) return pass('Refreshing is turned on in the console.')
  if (newest?.sealedRefreshToken) return pass('The newest authorization came with a refresh token.')
  return skip('It shows with the first authorization.')
}
