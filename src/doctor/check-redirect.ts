import type { AppInspector } from '../feishu/app-inspector.ts'
import { type FeishuApp, isLoopback } from '../feishu/hosts.ts'
import { type Probe, probeUrl } from '../feishu/probe-url.ts'
import { type Finding, fail, pass, warn } from './check.ts'
import { consolePage } from './console-page.ts'

/** What Feishu's page can say instead of asking (https://open.feishu.cn/document/common-capabilities/sso/api/obtain-oauth-code). */
const PAGE_CODES = /\b(20009|20029|20048|20069)\b/

/** Tells whether Feishu knows the redirect URL, by the console's list and by what its authorize page says. */
export async function checkRedirectUri(
  app: FeishuApp,
  inspector: AppInspector,
  timeoutMs?: number,
): Promise<Finding> {
  const { redirectUri } = app
  const paste = `Paste this under ${consolePage(app, 'security')} → Redirect URLs, exactly, and publish a version: ${redirectUri}`
  const listed = (await inspector.settings().catch(() => null))?.redirectUrls ?? []
  const isListed = listed.includes(redirectUri)
  if (listed.length > 0 && !isListed) {
    return fail(
      `The redirect URL is not registered (20029). Registered are: ${listed.join(' ')}.`,
      paste,
    )
  }
  const page = await probeUrl(authorizeUrl(app), { timeoutMs })
  if (!page.answered) {
    return isListed
      ? pass('The redirect URL is registered; Feishu’s page could not be asked.')
      : fail('Feishu’s authorize page cannot be reached.', 'See what the check network says.')
  }
  switch (codeOn(page)) {
    case '20029':
      return fail('Feishu’s authorize page refuses the redirect URL (20029).', paste)
    case '20048':
      return fail(
        'Feishu’s authorize page does not know the app (20048).',
        `Copy the App ID from ${consolePage(app, 'credentials')}; for Lark, set FEISHU_BRAND=lark.`,
      )
    case '20009':
    case '20069':
      return fail(
        'Feishu’s authorize page says that the app is not installed or not enabled.',
        `Publish a version under ${consolePage(app, 'versions')} and have it enabled.`,
      )
    case null:
      return pass(
        isListed
          ? 'The redirect URL is registered.'
          : 'Feishu’s authorize page has no objection to the redirect URL (asked without a person signed in).',
      )
  }
}

/** Tells whether the address that people come back to leads to this service, as seen from here. */
export async function checkCallbackUrl(
  { redirectUri }: FeishuApp,
  timeoutMs?: number,
): Promise<Finding> {
  const page = await probeUrl(redirectUri, { timeoutMs })
  const origin = new URL(redirectUri).origin
  if (!page.answered) {
    const code = page.code === null ? '' : ` (${page.code})`
    return fail(
      `Nothing answers at ${redirectUri}, as seen from here${code}.`,
      'Start the service, and let OAUTH_REDIRECT_URI lead to CALLBACK_SERVER_PORT through your proxy or load balancer.',
    )
  }
  if (!isOurCallback(page)) {
    return fail(
      `Something else than this service answers at ${redirectUri} (HTTP ${page.status}).`,
      'Let your proxy pass /callback and /auth/ on to CALLBACK_SERVER_PORT, with the path as it is.',
    )
  }
  if (isLoopback(redirectUri)) {
    return warn(
      `${origin} leads to this service, but only on this machine: people elsewhere cannot open it.`,
      'For others than yourself, set OAUTH_REDIRECT_URI to an https address that their phones and computers can open.',
    )
  }
  return pass(
    `${origin} leads to this service, as seen from here; whether people can open it from theirs is not known.`,
  )
}

function authorizeUrl({ endpoints, appId, redirectUri }: FeishuApp): string {
  const query = new URLSearchParams({
    client_id: appId,
    response_type: 'code',
    redirect_uri: redirectUri,
    state: 'doctor',
  })
  return `${endpoints.accounts}/open-apis/authen/v1/authorize?${query}`
}

/** The page's own words alone: its scripts may list every code there is. */
function codeOn({ text }: Extract<Probe, { answered: true }>) {
  const words = text.replace(/<(script|style)\b[\s\S]*?(<\/\1>|$)/gi, ' ').replace(/<[^>]*>/g, ' ')
  const code = PAGE_CODES.exec(words)?.[1] ?? null
  return code as '20009' | '20029' | '20048' | '20069' | null
}

/** Without a query it answers "see the card", in the language of whoever asks. */
function isOurCallback({ status, header }: Extract<Probe, { answered: true }>): boolean {
  return (
    status === 400 &&
    header('content-language') !== null &&
    (header('content-security-policy')?.includes("form-action 'self'") ?? false)
  )
}
