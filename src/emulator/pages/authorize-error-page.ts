import { escapeHtml, pageFrame } from './page-frame.ts'
import type { PageLocale } from './page-locale.ts'

/** An authorize request that Feishu answers with a page and no redirect; `scopes` are those at fault. */
export type AuthorizeErrorPage = {
  code: number
  logId: string
  scopes?: string[]
  locale: PageLocale
}

type Words = Record<PageLocale, string>

const reasons: Record<number, Words> = {
  20010: {
    zh_cn: '你没有该应用的使用权限，请联系应用管理员。',
    en_us:
      'You do not have permission to use this app. Please contact the application administrator.',
    ja_jp: 'このアプリを利用する権限がありません。アプリ管理者にお問い合わせください。',
  },
  20027: {
    zh_cn: '当前应用权限不足，请联系应用管理员。',
    en_us: 'Insufficient application permissions. Please contact the application administrator.',
    ja_jp: 'アプリの権限が不足しています。アプリ管理者にお問い合わせください。',
  },
  20029: {
    zh_cn: '重定向 URL（redirect_uri）有误，请联系应用管理员。',
    en_us: 'The redirect_uri request is invalid. Please contact the application administrator.',
    ja_jp: 'リダイレクト URL（redirect_uri）が無効です。アプリ管理者にお問い合わせください。',
  },
  20043: {
    zh_cn: '权限名称（scope）格式有误或不存在，请联系应用管理员。',
    en_us:
      'A scope name is malformed or does not exist. Please contact the application administrator.',
    ja_jp: 'スコープ名の形式が正しくないか、存在しません。アプリ管理者にお問い合わせください。',
  },
}

const otherReason: Words = {
  zh_cn: '请求有误，请联系应用管理员。',
  en_us: 'The request is invalid. Please contact the application administrator.',
  ja_jp: 'リクエストが無効です。アプリ管理者にお問い合わせください。',
}

const words = {
  zh_cn: { title: '无法授权', code: '错误码', logId: '日志 ID', scopes: '相关权限' },
  en_us: { title: 'Unable to authorize', code: 'Error Code', logId: 'Log ID', scopes: 'Scopes' },
  ja_jp: { title: '認可できません', code: 'エラーコード', logId: 'ログ ID', scopes: 'スコープ' },
}

/** The page that ends an authorize request: the reason, the error code and the log id. */
export function authorizeErrorPage(page: AuthorizeErrorPage): string {
  const say = words[page.locale]
  const reason = (reasons[page.code] ?? otherReason)[page.locale]
  const scopes = page.scopes?.length
    ? `<dt>${say.scopes}</dt><dd>${escapeHtml(page.scopes.join(' '))}</dd>`
    : ''
  const body = `
<svg class="bad" viewBox="0 0 24 24" aria-hidden="true"><path fill="currentColor" d="M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20Zm-1 5h2v7h-2V7Zm0 8.5h2v2h-2v-2Z"/></svg>
<h1>${say.title}</h1>
<p class="centered">${escapeHtml(reason)}</p>
<dl>
<dt>${say.code}</dt><dd>${page.code}</dd>
<dt>${say.logId}</dt><dd>${escapeHtml(page.logId)}</dd>
${scopes}
</dl>`
  return pageFrame({ locale: page.locale, title: `${say.title} (${page.code})`, body })
}
