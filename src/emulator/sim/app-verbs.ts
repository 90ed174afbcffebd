import type { EmulatorContext } from '../context.ts'
import { revokeTokens } from '../oauth/revoke-tokens.ts'
import type { Sim } from './sim.ts'

/**
 * What happens to the app in its console and at its tenant. An app of one's own hears of its removal only by the tokens of
 * its people, which end by restriction.
 * @see https://open.feishu.cn/document/authentication-management/access-token/user-access-token-revoked
 */
export function appVerbs(context: EmulatorContext): Pick<Sim, 'setApp'> {
  const { world } = context
  return {
    setApp(change) {
      const wasInstalled = world.app.installed
      Object.assign(world.app, change)
      if (wasInstalled && !world.app.installed) {
        const how = { tokens: 'both', reason: 'restriction' } as const
        for (const person of world.people.filter(({ openId }) => world.oauth.holdsToken(openId))) {
          void revokeTokens(context, person, how)
        }
      }
      return world.app
    },
  }
}
