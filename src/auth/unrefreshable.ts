import type { AppSettings } from './ports.ts'

/** Why Feishu gave no refresh token: nobody asked for one, it was not granted, or it was granted and yet not given. */
export type Unrefreshable = 'not_asked' | 'not_granted' | 'not_returned'

/**
 * Tells why a consent brought no refresh token; `asked` is null where nobody knows any more what was asked for.
 * @see https://open.feishu.cn/document/authentication-management/access-token/refresh-user-access-token
 */
export function whyUnrefreshable(
  granted: readonly string[],
  asked: readonly string[] | null,
): Unrefreshable {
  if (granted.includes('offline_access')) return 'not_returned'
  return asked === null || asked.includes('offline_access') ? 'not_granted' : 'not_asked'
}

/** What an operator can do about it, with the page of the developer console. */
export function adviceOnRefreshing(
  { appId, brand }: Pick<AppSettings, 'appId' | 'brand'>,
  why: Unrefreshable,
): string {
  const console = `https://open.${brand === 'lark' ? 'larksuite.com' : 'feishu.cn'}/app/${encodeURIComponent(appId)}`
  switch (why) {
    case 'not_returned':
      return `offline_access was granted, but no refresh token came with it: turn on "Refresh user_access_token" in the developer console under Security Settings (${console}/safe), publish a version, and ask the person again.`
    case 'not_granted':
      return `offline_access was not granted: enable it for people in the developer console under Permissions & Scopes (${console}/auth), publish a version, and ask the person again.`
    case 'not_asked':
      return 'offline_access was not asked for: name it among the scopes of the request or in OAUTH_SCOPES, and ask the person again.'
  }
}
