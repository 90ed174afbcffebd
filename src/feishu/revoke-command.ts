import type { SessionStore } from '../auth/ports.ts'
import type { RevokeGrant } from '../auth/revoke-grant.ts'
import { REVOKE_REPLY_WORDS } from './cards/revoke-reply-words.ts'
import { cardLocaleOf, type Wording } from './cards/wording.ts'
import type { CommandMessage } from './command-message.ts'
import type { FeishuApp } from './hosts.ts'
import type { FeishuCardMessenger } from './messenger.ts'

/** Does what a person asked for with `/revoke`, and tells them. */
export type RevokeCommand = (command: Pick<CommandMessage, 'appId' | 'openId'>) => Promise<void>

/** Creates the answer to `/revoke`: the person's grant of this app ends, and they are told in their language. */
export function createRevokeCommand(neighbours: {
  apps: readonly FeishuApp[]
  sessions: Pick<SessionStore, 'list'>
  revokeGrant: Pick<RevokeGrant, 'here'>
  messenger: Pick<FeishuCardMessenger, 'sendText'>
}): RevokeCommand {
  const { apps, sessions, revokeGrant, messenger } = neighbours

  return async ({ appId, openId }) => {
    const reply = async (words: Wording) =>
      messenger.sendText(appId, openId, words[await languageOf(appId, openId)])
    const { revoked, nothingToRevoke, tryAgainLater } = REVOKE_REPLY_WORDS
    const isRevoked = await revokeGrant.here({ appId, openId }, 'user').catch(async (error) => {
      await reply(tryAgainLater)
      throw error
    })
    await reply(isRevoked ? revoked : nothingToRevoke)
  }

  /** The language of their last request; else the one most people of the brand read. */
  async function languageOf(appId: string, openId: string) {
    const [last] = await sessions.list({ appId, openId, limit: 1 })
    if (last?.locale) return cardLocaleOf(last.locale)
    return apps.find((app) => app.appId === appId)?.brand === 'lark' ? 'en_us' : 'zh_cn'
  }
}
