import { type Grant, REFRESHABLE_MS } from '../auth/grant.ts'
import { grantState } from '../auth/grant-state.ts'
import type { Clock, Store } from '../auth/ports.ts'
import { STATUS_FACTS, STATUS_REPLY_WORDS } from './cards/status-reply-words.ts'
import type { CardLocale } from './cards/wording.ts'
import type { CommandMessage } from './command-message.ts'
import type { FeishuCardMessenger } from './messenger.ts'
import type { PersonLanguage } from './person-language.ts'

/** Tells a person how their own authorization stands; never a token, and never about anybody else. */
export type StatusCommand = (command: Pick<CommandMessage, 'appId' | 'openId'>) => Promise<void>

/** Creates the answer to `/auth status`. */
export function createStatusCommand(neighbours: {
  store: {
    grants: Pick<Store['grants'], 'find'>
    upkeeps: Pick<Store['upkeeps'], 'find'>
    timeZones: Pick<Store['timeZones'], 'find'>
  }
  languageOf: PersonLanguage
  messenger: Pick<FeishuCardMessenger, 'sendText'>
  clock: Clock
  /** An IANA name: in whose time instants are told to people whose own is not known. */
  timeZone: string
}): StatusCommand {
  const { store, languageOf, messenger, clock } = neighbours

  return async ({ appId, openId }) => {
    const locale = await languageOf(appId, openId)
    const text = await statusOf(appId, openId, locale).catch(async (error) => {
      await messenger.sendText(appId, openId, STATUS_REPLY_WORDS.tryAgainLater[locale])
      throw error
    })
    await messenger.sendText(appId, openId, text)
  }

  async function statusOf(appId: string, openId: string, locale: CardLocale): Promise<string> {
    const [grant, upkeep, zone] = await Promise.all([
      store.grants.find(appId, openId),
      store.upkeeps.find({ appId, openId }),
      store.timeZones.find({ appId, openId }),
    ])
    const timeZone = zone ?? neighbours.timeZone
    if (!grant) return STATUS_REPLY_WORDS.none[locale]
    switch (grantState(grant, upkeep?.mark ?? null, clock.now())) {
      case 'fresh':
      case 'refreshable':
        return [STATUS_REPLY_WORDS.works[locale], ...factsOf(grant, locale, timeZone)].join('\n')
      case 'ambiguous':
        return [STATUS_REPLY_WORDS.unsure[locale], ...factsOf(grant, locale, timeZone)].join('\n')
      case 'revoked':
        return STATUS_REPLY_WORDS.revoked[locale]
      case 'reauth_required':
      case 'ended':
        return STATUS_REPLY_WORDS.over[locale]
    }
  }

  function factsOf(grant: Grant, locale: CardLocale, timeZone: string): string[] {
    const inWords = (instant: Date) => localTimeInWords(instant, locale, timeZone)
    const { scopes, renewedUntil, endsAt, howToRevoke } = STATUS_FACTS
    const until =
      grant.sealedRefreshToken === null
        ? endsAt[locale](inWords(grant.accessTokenExpiresAt))
        : renewedUntil[locale](inWords(new Date(grant.authorizedAt.getTime() + REFRESHABLE_MS)))
    return [
      ...(grant.scopes.length > 0 ? [scopes[locale](grant.scopes.join(' '))] : []),
      until,
      howToRevoke[locale]('/revoke'),
    ]
  }
}

function localTimeInWords(instant: Date, locale: CardLocale, timeZone: string): string {
  return new Intl.DateTimeFormat(LANGUAGES[locale], {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone,
  }).format(instant)
}

const LANGUAGES: Readonly<Record<CardLocale, string>> = {
  zh_cn: 'zh-CN',
  en_us: 'en-US',
  ja_jp: 'ja-JP',
}
