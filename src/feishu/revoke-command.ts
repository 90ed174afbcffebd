import type { RevokeGrant } from '../auth/revoke-grant.ts'
import type { WithdrawRequest } from '../auth/withdraw-request.ts'
import { REVOKE_REPLY_WORDS } from './cards/revoke-reply-words.ts'
import type { Wording } from './cards/wording.ts'
import type { CommandMessage } from './command-message.ts'
import type { FeishuCardMessenger } from './messenger.ts'
import type { PersonLanguage } from './person-language.ts'

/** Does what a person asked for with `/revoke`, and tells them. */
export type RevokeCommand = (command: Pick<CommandMessage, 'appId' | 'openId'>) => Promise<void>

/**
 * Creates the answer to `/revoke`: the person's grant of this app ends, and so does a request that waits for them; they are told
 * in their language.
 */
export function createRevokeCommand(neighbours: {
  languageOf: PersonLanguage
  revokeGrant: Pick<RevokeGrant, 'here'>
  withdrawRequest: WithdrawRequest
  messenger: Pick<FeishuCardMessenger, 'sendText'>
}): RevokeCommand {
  const { languageOf, revokeGrant, withdrawRequest, messenger } = neighbours

  return async ({ appId, openId }) => {
    const reply = async (words: Wording) =>
      messenger.sendText(appId, openId, words[await languageOf(appId, openId)])
    const words = await revoke({ appId, openId }).catch(async (error) => {
      await reply(REVOKE_REPLY_WORDS.tryAgainLater)
      throw error
    })
    await reply(words)
  }

  /** Who has granted nothing yet, and writes this while a card waits for them, says no to the card. */
  async function revoke(key: { appId: string; openId: string }): Promise<Wording> {
    const { revoked, requestDeclined, nothingToRevoke } = REVOKE_REPLY_WORDS
    if ((await revokeGrant.here(key, 'user')) !== 'nothing') return revoked
    return (await withdrawRequest(key, 'person')) ? requestDeclined : nothingToRevoke
  }
}
