import { type Apps, publicLink } from './apps.ts'
import { hashSecret, newSecret } from './one-time-secret.ts'
import type { TokenCipher } from './ports.ts'
import type { AuthSession } from './session.ts'

type Owner = Pick<AuthSession, 'id' | 'appId' | 'openId'>

/** The opaque reference in a card's link: looked up by its hash, kept sealed so that the card can be drawn again. */
export interface Tickets {
  issue(owner: Owner): { ticketHash: string; sealedTicket: string }
  /**
   * The link a card's Authorize button opens.
   * @throws {TokenUnreadableError} when the key that sealed the ticket is gone.
   */
  link(session: AuthSession): string
}

/** Creates the issuer of tickets. */
export function createTickets({ apps, cipher }: { apps: Apps; cipher: TokenCipher }): Tickets {
  return {
    issue(owner) {
      const ticket = newSecret()
      return {
        ticketHash: hashSecret(ticket),
        sealedTicket: cipher.seal(ticket, ticketBinding(owner)),
      }
    },
    link(session) {
      const ticket = cipher.open(session.sealedTicket, ticketBinding(session))
      return publicLink(apps.resolve(session.appId), `auth/${ticket}`)
    },
  }
}

/** What a sealed ticket is bound to; the tenant may still be unknown when a session opens, so it stays out of it. */
export function ticketBinding({ id, appId, openId }: Owner) {
  return { appId, tenantKey: null, openId, field: `ticket:${id}` }
}
