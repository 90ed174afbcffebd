import { randomHex } from '../ids.ts'
import type { EmulatedMessage, World } from '../world.ts'

const LIFETIME_MS = 30 * 60 * 1000
const MOST_USES = 2

/** What a token of a callback allows now. */
export type TokenCheck =
  | { state: 'usable'; message: EmulatedMessage; spend(content: Record<string, unknown>): void }
  | { state: 'malformed' | 'expired' | 'used up' }

/**
 * The `c-…` tokens that card callbacks carry, with which the app may update the card later.
 * @see https://open.feishu.cn/document/server-docs/im-v1/message-card/delay-update-message-card
 */
export interface UpdateTokens {
  /** A token for the card of this message; `answered` says that the callback is over. */
  issue(message: EmulatedMessage): { token: string; answered(): void }
  check(token: unknown): TokenCheck
  reset(): void
}

type Held = {
  message: EmulatedMessage
  expiresAt: number
  uses: number
  waiting: boolean
  /** The card before an update that came too early. */
  before?: Record<string, unknown>
}

/** Creates the tokens; `now` gives milliseconds. */
export function createUpdateTokens(world: World, now: () => number): UpdateTokens {
  const tokens = new Map<string, Held>()

  function spend(held: Held, content: Record<string, unknown>): void {
    held.uses += 1
    if (held.waiting) held.before ??= held.message.content
    world.changeMessage(held.message, { content })
  }

  return {
    issue(message) {
      const token = `c-${randomHex(20)}`
      const held: Held = { message, expiresAt: now() + LIFETIME_MS, uses: 0, waiting: true }
      tokens.set(token, held)
      return {
        token,
        answered() {
          held.waiting = false
          // An update that overtakes the answer of its callback does not last.
          if (held.before !== undefined) world.changeMessage(message, { content: held.before })
        },
      }
    },
    check(token) {
      if (typeof token !== 'string' || !token.startsWith('c-')) return { state: 'malformed' }
      const held = tokens.get(token)
      if (held === undefined || held.expiresAt <= now()) return { state: 'expired' }
      if (held.uses >= MOST_USES) return { state: 'used up' }
      return { state: 'usable', message: held.message, spend: (content) => spend(held, content) }
    },
    reset: () => tokens.clear(),
  }
}
