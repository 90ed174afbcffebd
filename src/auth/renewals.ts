import type { Grant } from './grant.ts'
import type { GrantKey, GrantMark } from './upkeep.ts'

/** A grant that ends soon, without its tokens, and what was done about it. */
export type EndingGrant = Pick<
  Grant,
  | 'appId'
  | 'openId'
  | 'tenantKey'
  | 'sessionId'
  | 'scopes'
  | 'authorizedAt'
  | 'accessTokenExpiresAt'
  | 'version'
> & {
  /** The version that is known to be at its end or in doubt; null when none is. */
  markVersion: number | null
  markReason: GrantMark['reason']
  /** When the person was last asked ahead of time. */
  askedAt: Date | null
  /** Where the person was when they last tapped a card; null when they never did. */
  timeZone: string | null
}

/** How far a list of grants by their consent has come. */
export type ConsentCursor = GrantKey & { authorizedAt: Date }

/** Which people to ask before their grants end. */
export interface RenewalStore {
  /** Grants given from `from` to `to` that can be refreshed `now`, the oldest first, after the last of the page before. */
  listByConsent(
    span: { from: Date; to: Date; after: ConsentCursor | null; now: Date },
    limit: number,
  ): Promise<EndingGrant[]>
  /** Grants without a refresh token, used after `usedAfter`, whose access tokens end from `from` to `to`. */
  listUnrefreshable(
    span: { from: Date; to: Date; usedAfter: Date },
    limit: number,
  ): Promise<EndingGrant[]>
  /** Notes that the person is asked now; false when they were asked since this consent, or the grant has changed. */
  claimAsk(grant: EndingGrant, now: Date): Promise<boolean>
  /** Takes that note back, for a card that could not even be prepared. */
  releaseAsk(grant: GrantKey, askedAt: Date): Promise<void>
}
