import type { RevokeGrant } from '../auth/revoke-grant.ts'
import { REVOKE_REPLY_WORDS } from './cards/revoke-reply-words.ts'
import type { Wording } from './cards/wording.ts'
import type { CommandMessage } from './command-message.ts'
import type { FeishuCardMessenger } from './messenger.ts'
import type { PersonLanguage } from './person-language.ts'

/** Does what a person asked for with `/revoke`, and tells them. */
export type RevokeCommand = (command: Pick<CommandMessage, 'appId' | 'openId'>) => Promise<void>

/** Creates the answer to `/revoke`: the person's grant of this app ends, and they are told in their language. */
export function createRevokeCommand(neighbours: {
  languageOf: PersonLanguage
  revokeGrant: Pick<RevokeGrant, 'here'>
  messenger: Pick<FeishuCardMessenger, 'sendText'>
}): RevokeCommand {
  const { languageOf, revokeGrant, messenger } = neighbours

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
}
