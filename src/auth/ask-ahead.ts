import { CardAuthError, StoreUnavailableError } from '../errors.ts'
import type { Apps } from './apps.ts'
import { REFRESHABLE_MS, scopesToRenew } from './grant.ts'
import type { OpenSession } from './open-session.ts'
import type { Clock, Store } from './ports.ts'
import { createQuietHours, type QuietHours, type QuietTimes } from './quiet-hours.ts'
import type { ConsentCursor, EndingGrant } from './renewals.ts'
import type { ShowCard } from './show-card.ts'

/** Asks people before their grants end, once each; a job of every instance. */
export interface AskAhead {
  /** Asks a few whose grants end next; nobody in the quiet hours of their time zone, nobody while it is turned off, and nobody more once the signal aborts. */
  due(closing?: AbortSignal): Promise<{ asked: number }>
}

/** REAUTHORIZE_*: how many days ahead people are asked, 0 for never, and when they are left in peace. */
export type AheadSettings = { days: number; quiet: QuietTimes }

/** People are asked when a caller needs them, and not before. */
export const NEVER_AHEAD: AheadSettings = {
  days: 0,
  quiet: { span: { from: 0, to: 0 }, timeZone: 'UTC' },
}

type Neighbours = {
  apps: Apps
  store: Pick<Store, 'sessions' | 'renewals'>
  clock: Clock
  openSession: OpenSession
  showCard: Pick<ShowCard, 'one'>
  ahead: AheadSettings
}

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** With a run every minute that is one card in three seconds: nobody else's card waits for these. */
const MOST_CARDS = 20
/** How many grants one run looks at, a page at a time, so that it never holds up the event loop. */
const PAGE = 200
const MOST_PAGES = 20
/** A card works no longer than that, and never longer than the grant. */
const LONGEST_CARD_MS = 3 * DAY_MS
/** Nobody is asked for something that ends before they can answer. */
const SHORTEST_CARD_MS = 5 * MINUTE_MS
/** So long before its end a token that cannot be refreshed is spoken of; it lives for two hours. */
const UNREFRESHABLE_AHEAD_MS = 30 * MINUTE_MS
/** Whoever said no to a card is not asked again for so long. */
const DECLINED_MS = 7 * DAY_MS

/** Creates the work of the job `reauth_notice`; whoever notes a person first asks them, so no instance leads. */
export function createAskAhead(neighbours: Neighbours): AskAhead {
  const { apps, store, clock, openSession, showCard, ahead } = neighbours
  const isQuietFor = createQuietCheck(ahead.quiet, clock)
  const isOurs = new Set(apps.all.map(({ appId }) => appId))
  const from = (milliseconds: number) => new Date(clock.now().getTime() + milliseconds)
  let cursor: ConsentCursor | null = null

  return {
    async due(closing) {
      if (ahead.days === 0) return { asked: 0 }
      const unrefreshable = await listUnrefreshable()
      const short = await askEach(unrefreshable, MOST_CARDS, accessEndsAt, closing)
      let asked = short.asked
      for (let page = 0; page < MOST_PAGES && asked < MOST_CARDS && !closing?.aborted; page++) {
        await clock.sleep(0)
        const grants = await listByConsent()
        const step = await askEach(grants, MOST_CARDS - asked, consentEndsAt, closing)
        asked += step.asked
        const last = grants[step.looked - 1]
        const isLastPage = grants.length < PAGE && step.looked === grants.length
        cursor = isLastPage || !last ? null : last
        if (cursor === null) break
      }
      return { asked }
    },
  }

  function listUnrefreshable(): Promise<EndingGrant[]> {
    const [soon, late] = [from(SHORTEST_CARD_MS), from(UNREFRESHABLE_AHEAD_MS)]
    return store.renewals.listUnrefreshable(
      { from: soon, to: late, usedAfter: from(-DAY_MS) },
      MOST_CARDS,
    )
  }

  function listByConsent(): Promise<EndingGrant[]> {
    const givenWith = (left: number) => from(left - REFRESHABLE_MS)
    const [oldest, newest] = [givenWith(SHORTEST_CARD_MS), givenWith(ahead.days * DAY_MS)]
    return store.renewals.listByConsent(
      { from: oldest, to: newest, after: cursor, now: clock.now() },
      PAGE,
    )
  }

  async function askEach(
    grants: readonly EndingGrant[],
    most: number,
    endOf: (grant: EndingGrant) => Date,
    closing: AbortSignal | undefined,
  ): Promise<{ asked: number; looked: number }> {
    let asked = 0
    for (const [index, grant] of grants.entries()) {
      if (asked === most || closing?.aborted) return { asked, looked: index }
      if (await ask(grant, endOf(grant))) asked++
    }
    return { asked, looked: grants.length }
  }

  async function ask(grant: EndingGrant, grantEndsAt: Date): Promise<boolean> {
    const { appId, openId, tenantKey, authorizedAt, askedAt } = grant
    const wasAsked = askedAt !== null && askedAt >= authorizedAt
    if (wasAsked || isOver(grant) || !isOurs.has(appId) || isQuietFor(grant)) return false
    // Other work has its turn between two people.
    await clock.sleep(0)
    // A card that waits already, or a fresh no, says all there is to say; both are looked at again.
    if (await store.sessions.findPending(appId, openId)) return false
    if (await hasJustDeclined(grant)) return false
    const now = clock.now()
    if (!(await store.renewals.claimAsk(grant, now))) return false
    try {
      const before = await store.sessions.find(grant.sessionId)
      const { reason = null, locale = null } = before ?? {}
      const expiresAt = new Date(Math.min(grantEndsAt.getTime(), from(LONGEST_CARD_MS).getTime()))
      const scopes = scopesToRenew(grant)
      const request = { appId, openId, tenantKey, scopes, reason, locale }
      const { session } = await openSession(
        { ...request, askedBy: 'service' },
        { grantEndsAt, expiresAt },
      )
      // A card that cannot go out now is sent by the reconciler.
      await showCard.one(session.id)
      return true
    } catch (error) {
      await store.renewals.releaseAsk(grant, now)
      // They complete something this instant, or have had cards enough: the next run looks again.
      const isNotNow = error instanceof CardAuthError && !(error instanceof StoreUnavailableError)
      if (isNotNow) return false
      throw error
    }
  }

  async function hasJustDeclined({ appId, openId }: EndingGrant): Promise<boolean> {
    const [last] = await store.sessions.list({ appId, openId, state: 'rejected', limit: 1 })
    return !!last?.endedAt && last.endedAt > from(-DECLINED_MS)
  }
}

/** Tells whether it is night where a person is, or where most are, when that is not known. */
function createQuietCheck(
  { span, timeZone: usual }: QuietTimes,
  clock: Clock,
): (grant: EndingGrant) => boolean {
  const byZone = new Map<string, QuietHours>()

  return ({ timeZone: told }) => {
    const timeZone = told ?? usual
    const known = byZone.get(timeZone) ?? createQuietHours({ span, timeZone })
    byZone.set(timeZone, known)
    return known.cover(clock.now())
  }
}

/** Without a refresh token there is an end in sight, and until then the token works. */
function isOver({ version, markVersion, markReason }: EndingGrant): boolean {
  return markVersion === version && markReason !== 'no_refresh_token'
}

function accessEndsAt({ accessTokenExpiresAt }: EndingGrant): Date {
  return accessTokenExpiresAt
}

function consentEndsAt({ authorizedAt }: EndingGrant): Date {
  return new Date(authorizedAt.getTime() + REFRESHABLE_MS)
}
