import type { EventSink } from './events.ts'
import type { Grant } from './grant.ts'
import type { RevocationReason } from './grant-events.ts'
import type { Clock, Store } from './ports.ts'
import type { RefreshGrant } from './refresh-grant.ts'
import type { RevokeGrant } from './revoke-grant.ts'
import type { GrantKey } from './upkeep.ts'
import type { WithdrawRequest } from './withdraw-request.ts'

/** What Feishu tells about the end of grants; each may be told again, and late. */
export interface GrantEndings {
  /** Tokens were ended at Feishu; without the refresh token the grant lives on with a new access token. */
  tokensRevoked(
    told: GrantKey & {
      tokens: 'access' | 'refresh' | 'both'
      reason: RevocationReason
      /** When it happened; null when nobody said. */
      at: Date | null
    },
  ): Promise<void>
  /**
   * A person may not use the app any more: their grant ends, or rests while they are frozen, and a request that waits for
   * them ends with it.
   * @throws {AuthorizationInProgressError} while they are completing it this instant.
   */
  personLeft(
    told: GrantKey & { why: 'resigned' | 'exited' | 'frozen'; at: Date | null },
  ): Promise<void>
  /** A frozen person is back: a grant that rested is refreshed by its next use. */
  personBack(told: GrantKey): Promise<void>
}

type Neighbours = {
  store: Pick<Store, 'grants' | 'upkeeps'>
  clock: Clock
  events: EventSink
  revokeGrant: Pick<RevokeGrant, 'toldByFeishu'>
  refreshGrant: RefreshGrant
  withdrawRequest: WithdrawRequest
}

/** Whether an event is about what is stored; perhaps, where only the distance of two clocks could tell. */
type Verdict = 'surely' | 'perhaps'

/** Feishu's clock and ours may differ by so much. */
const CLOCKS_APART_MS = 60_000

/**
 * Creates the use cases behind the events that end grants. Feishu repeats events for hours: what was granted after the event is
 * not what ended. In doubt Feishu is asked, by a refresh: it takes nothing from a grant that lives.
 */
export function createGrantEndings(neighbours: Neighbours): GrantEndings {
  const { store, clock, events, revokeGrant, refreshGrant, withdrawRequest } = neighbours

  return {
    async tokensRevoked({ appId, openId, tokens, reason, at }) {
      const bornAt = tokens === 'access' ? issuedAt : authorizedAt
      await judgeStored({ appId, openId }, at, bornAt, async (grant, verdict) => {
        if (verdict === 'perhaps') return renew(grant)
        if (tokens === 'access' && grant.sealedRefreshToken !== null) return renew(grant)
        return revokeGrant.toldByFeishu(grant, reason)
      })
    },

    async personLeft({ appId, openId, why, at }) {
      const key = { appId, openId }
      await judgeStored(key, at, authorizedAt, async (grant, verdict) => {
        if (why === 'frozen') return rest(grant)
        return verdict === 'perhaps' ? renew(grant) : revokeGrant.toldByFeishu(grant, 'restriction')
      })
      await withdrawRequest(key, 'others')
    },

    async personBack(key) {
      const mark = (await store.upkeeps.find(key))?.mark
      if (mark?.reason !== 'user_status') return
      if (await store.upkeeps.unmark(key, mark)) await store.upkeeps.schedule(key, clock.now())
    },
  }

  /** Acts on the very version that was judged; what was written in between is judged anew. */
  async function judgeStored(
    { appId, openId }: GrantKey,
    at: Date | null,
    bornAt: (grant: Grant) => Date,
    act: (grant: Grant, verdict: Verdict) => Promise<boolean>,
  ): Promise<void> {
    let judged: Grant | null = null
    for (;;) {
      const grant = await store.grants.find(appId, openId)
      if (!grant || isSameVersion(grant, judged)) return
      const verdict = judge(bornAt(grant), at)
      if (verdict === 'not' || (await act(grant, verdict))) return
      judged = grant
    }
  }

  /** The access token is gone for every caller before anything else; true unless another version is there by now. */
  async function renew(grant: Grant): Promise<boolean> {
    // Without a refresh token nobody can be asked; the person has consented a moment after the event.
    if (grant.sealedRefreshToken === null) return true
    if (!(await store.grants.endAccess(grant, clock.now()))) return false
    const { appId, openId, version } = grant
    // A setback now is no matter: the scheduler and every caller try again.
    await store.upkeeps.schedule({ appId, openId }, clock.now())
    const isEnough = (candidate: Grant) => candidate.version > version
    await refreshGrant({ appId, openId, insists: false, isEnough })
    return true
  }

  /** Nothing is handed out and nothing refreshed until the person is back; the refresh token stays. */
  async function rest(grant: Grant): Promise<boolean> {
    const { appId, openId, version, sealedRefreshToken, accessTokenExpiresAt } = grant
    const key = { appId, openId }
    const isAlive = accessTokenExpiresAt > clock.now()
    if (isAlive && !(await store.grants.endAccess(grant, clock.now()))) return false
    const mark = (await store.upkeeps.find(key))?.mark
    const isMarked = mark?.version === version && mark.status !== 'ambiguous'
    if (isMarked || (!isAlive && sealedRefreshToken === null)) return true
    const reason = 'user_status'
    const at = clock.now()
    await store.upkeeps.mark(key, { status: 'reauth_required', reason, version, at })
    events.emit({ type: 'grant_finished', ...key, reason })
    return true
  }
}

function judge(bornAt: Date, at: Date | null): Verdict | 'not' {
  if (at === null || bornAt <= at) return 'surely'
  return bornAt.getTime() <= at.getTime() + CLOCKS_APART_MS ? 'perhaps' : 'not'
}

function isSameVersion(grant: Grant, judged: Grant | null): boolean {
  return (
    grant.version === judged?.version &&
    grant.sessionId === judged.sessionId &&
    grant.authorizedAt.getTime() === judged.authorizedAt.getTime()
  )
}

function authorizedAt(grant: Grant): Date {
  return grant.authorizedAt
}

function issuedAt(grant: Grant): Date {
  return grant.issuedAt
}
