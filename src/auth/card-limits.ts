import { TooManyCardsError } from '../errors.ts'
import { missingScopes } from './grant.ts'
import type { Clock, Store } from './ports.ts'
import type { AuthSession } from './session.ts'

/** How many cards may be sent, and how long a person who did not want one is left alone. */
export type CardLimits = {
  /** New cards for one person of one app within an hour, whoever asked for them. */
  perPerson: number
  /** New cards of one app in one group within an hour. */
  perChat: number
  /** New cards of one app that one API key asks for within a minute, counted by each instance for itself. */
  perKey: number
  /** After the first card that was declined or ignored; doubles with each one that follows. */
  coolDownSeconds: number
  mostCoolDownSeconds: number
}

/**
 * More than a conversation ever needs, and far less than a program in a loop sends. A key may use a third of the 900 calls a minute that
 * an app makes to messages: enough to ask ten thousand people in half an hour, while other bots of the app still get their cards out.
 */
export const DEFAULT_CARD_LIMITS: CardLimits = {
  perPerson: 10,
  perChat: 30,
  perKey: 300,
  coolDownSeconds: 30,
  mostCoolDownSeconds: 3600,
}

/**
 * Who wants the card: a program, the person by a button of their own, or the service itself.
 * A cool-down holds back programs only; the caps hold for all.
 */
export type AskedBy = 'caller' | 'person' | 'service'

/** A card that would be new. */
export type PlannedCard = {
  appId: string
  openId: string
  chatId: string | null
  scopes: readonly string[]
  askedBy: AskedBy
}

/** Tells why a card would be one too many, and when it no longer is; null lets it go out. */
export type RefuseCard = (card: PlannedCard) => Promise<TooManyCardsError | null>

type Neighbours = {
  store: Pick<Store, 'sessions'>
  clock: Clock
  limits: CardLimits
  /** The API key for which the running work is done; null for everybody else. */
  apiKey?: (() => string | null) | undefined
}

const HOUR_SECONDS = 3600
const MINUTE_MS = 60_000

/**
 * Creates the guard against cards in a loop. It counts the sessions in the store, so that all instances count together; calls at
 * the very same instant may pass the cap of a group together.
 */
export function createRefuseCard({ store, clock, limits, apiKey }: Neighbours): RefuseCard {
  const keys = createKeyBudget(limits.perKey)
  const remembered = Math.max(limits.perPerson, coolDownsToTheMost(limits))

  return async ({ appId, openId, chatId, scopes, askedBy }) => {
    const now = clock.now()
    const ofPerson = await store.sessions.list({ appId, openId, limit: remembered })
    const ofChat =
      chatId === null ? [] : await store.sessions.list({ appId, chatId, limit: limits.perChat })
    const refusals = [
      refuseUntil('person', endOfHour(ofPerson, limits.perPerson), now),
      refuseUntil('chat', endOfHour(ofChat, limits.perChat), now),
      askedBy === 'caller'
        ? refuseUntil('cool_down', endOfCoolDown(ofPerson, scopes, limits), now)
        : null,
    ]
    const refusal = refusals.reduce((longest, each) =>
      (each?.retryAfterSeconds ?? 0) > (longest?.retryAfterSeconds ?? 0) ? each : longest,
    )
    const key = askedBy === 'caller' ? apiKey?.() : null
    if (refusal || !key) return refusal
    return refuseUntil('key', keys.take(JSON.stringify([appId, key]), now), now)
  }
}

/** Counts the cards of each API key in the last minute; `take` says when the next one is free, or takes one. */
function createKeyBudget(most: number) {
  const takenAt = new Map<string, Date[]>()

  return {
    take(key: string, now: Date): Date | null {
      const since = now.getTime() - MINUTE_MS
      const recent = (takenAt.get(key) ?? []).filter((at) => at.getTime() > since)
      takenAt.set(key, recent)
      const [oldest] = recent
      if (oldest && recent.length >= most) return after(oldest, MINUTE_MS / 1000)
      recent.push(now)
      return null
    },
  }
}

/** When the oldest of the last `most` cards is an hour old; null when there were fewer. */
function endOfHour(newestFirst: readonly AuthSession[], most: number): Date | null {
  const oldest = newestFirst[most - 1]
  return oldest ? after(oldest.createdAt, HOUR_SECONDS) : null
}

/** Cards for other scopes were other questions; one that was replaced or withdrawn got no answer. */
function endOfCoolDown(
  newestFirst: readonly AuthSession[],
  scopes: readonly string[],
  limits: CardLimits,
): Date | null {
  const same = newestFirst.filter((session) => missingScopes(scopes, session.scopes).length === 0)
  const firstGranted = same.findIndex(({ state }) => state === 'completed')
  const unwanted = same.slice(0, firstGranted < 0 ? undefined : firstGranted).filter(isUnwanted)
  const last = unwanted[0]
  if (!last) return null
  const seconds = limits.coolDownSeconds * 2 ** (unwanted.length - 1)
  return after(last.endedAt ?? last.expiresAt, Math.min(seconds, limits.mostCoolDownSeconds))
}

/** A card that never went out was ignored by nobody. */
function isUnwanted({ state, endReason, cardSentAt }: AuthSession): boolean {
  return state === 'rejected' || (endReason === 'timed_out' && cardSentAt !== null)
}

/** So many cards in a row it takes to reach the longest cool-down. */
function coolDownsToTheMost({ coolDownSeconds, mostCoolDownSeconds }: CardLimits): number {
  const doublings = Math.log2(mostCoolDownSeconds / Math.max(coolDownSeconds, 1))
  return Math.min(Math.max(Math.ceil(doublings), 0) + 1, 50)
}

function refuseUntil(
  reason: TooManyCardsError['reason'],
  until: Date | null,
  now: Date,
): TooManyCardsError | null {
  const left = until === null ? 0 : until.getTime() - now.getTime()
  return left > 0 ? new TooManyCardsError(reason, Math.ceil(left / 1000)) : null
}

function after(instant: Date, seconds: number): Date {
  return new Date(instant.getTime() + seconds * 1000)
}
