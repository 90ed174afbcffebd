import { grantState } from './grant-state.ts'
import type { Clock, Store } from './ports.ts'
import type { CardLook } from './session.ts'
import type { GrantKey, GrantMark } from './upkeep.ts'

/** Tells how the first card of a request looks: whose earlier grant has ended is told so, and why. */
export type FirstLook = (key: GrantKey) => Promise<CardLook>

type Neighbours = { store: Pick<Store, 'grants' | 'upkeeps'>; clock: Clock }

/** Creates the look at what a person granted before; a grant they took back here is gone, and they are asked afresh. */
export function createFirstLook({ store, clock }: Neighbours): FirstLook {
  return async ({ appId, openId }) => {
    const grant = await store.grants.find(appId, openId)
    if (!grant) return 'asking'
    const mark = (await store.upkeeps.find({ appId, openId }))?.mark ?? null
    switch (grantState(grant, mark, clock.now())) {
      case 'fresh':
      case 'refreshable':
      case 'ambiguous':
        return 'asking'
      case 'ended':
        return 'authorize_again:ran_out'
      case 'revoked':
        return 'authorize_again:revoked'
      case 'reauth_required':
        return lookAfterEnd(mark?.reason ?? null)
    }
  }
}

/** What an end means to the person: time, somebody's decision, a fault of ours, or a change at Feishu. */
function lookAfterEnd(reason: GrantMark['reason']): CardLook {
  switch (reason) {
    case 'expired':
    case 'no_refresh_token':
    case 'ambiguous':
    case null:
      return 'authorize_again:ran_out'
    case 'revoked':
      return 'authorize_again:revoked'
    case 'reused':
    case 'lost_rotation':
      return 'authorize_again:lost'
    case 'invalid':
    case 'user_status':
      return 'authorize_again:changed'
    default:
      return reason satisfies never
  }
}
