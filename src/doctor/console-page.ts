import type { FeishuApp } from '../feishu/hosts.ts'

/** The pages of the developer console that hints lead to, by their names there. */
const PAGES = {
  credentials: { path: '', menu: 'Credentials & Basic Info' },
  bot: { path: '', menu: 'Add Features → Bot' },
  permissions: { path: '/auth', menu: 'Permissions & Scopes' },
  security: { path: '/safe', menu: 'Security Settings' },
  events: { path: '', menu: 'Events & Callbacks' },
  versions: { path: '', menu: 'Version Management & Release' },
} as const

/** Where in the developer console something is set, such as `Security Settings (https://open.feishu.cn/app/cli_…/safe)`. */
export function consolePage(
  { endpoints, appId }: Pick<FeishuApp, 'appId' | 'endpoints'>,
  page: keyof typeof PAGES,
): string {
  const { path, menu } = PAGES[page]
  return `${menu} (${endpoints.console}/app/${appId}${path})`
}

/** The page on which these scopes are enabled with one button, for people or for the app. */
export function scopesPage(
  { endpoints, appId }: Pick<FeishuApp, 'appId' | 'endpoints'>,
  scopes: readonly string[],
  type: 'user' | 'tenant',
): string {
  const query = new URLSearchParams({ q: scopes.join(','), token_type: type })
  return `${endpoints.console}/app/${appId}/auth?${query}`
}
