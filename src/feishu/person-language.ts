import type { SessionStore } from '../auth/ports.ts'
import { type CardLocale, cardLocaleOf } from './cards/wording.ts'
import type { FeishuApp } from './hosts.ts'

/** The language to answer somebody in. */
export type PersonLanguage = (appId: string, openId: string) => Promise<CardLocale>

/** Creates the look-up: the language of their last request; else the one most people of the brand read. */
export function createPersonLanguage({
  apps,
  sessions,
}: {
  apps: readonly FeishuApp[]
  sessions: Pick<SessionStore, 'list'>
}): PersonLanguage {
  return async (appId, openId) => {
    const [last] = await sessions.list({ appId, openId, limit: 1 })
    if (last?.locale) return cardLocaleOf(last.locale)
    return apps.find((app) => app.appId === appId)?.brand === 'lark' ? 'en_us' : 'zh_cn'
  }
}
