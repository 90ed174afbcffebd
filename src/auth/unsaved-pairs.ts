import type { Background } from './background.ts'
import type { UserAccessToken } from './grant.ts'
import type { Clock } from './ports.ts'
import type { GrantKey } from './upkeep.ts'

/** Rotated tokens that the database would not take yet: kept here, served, and saved as soon as it does. */
export interface UnsavedPairs {
  find(key: GrantKey): UserAccessToken | null
  /** Keeps a pair and tries `save` until it succeeds; a shutdown waits for it. */
  keep(key: GrantKey, token: UserAccessToken, save: () => Promise<unknown>): void
  /** Serves no longer what was revoked; saving it goes on, for that is how Feishu comes to be told. */
  withhold(key: GrantKey): void
  /** How many it holds, of one app or of all. */
  count(appId?: string): number
}

const AGAIN_MS = 1000

/** Creates the keeper; losing what it holds loses the grants, so it never gives up while the process lives. */
export function createUnsavedPairs(neighbours: {
  clock: Clock
  background: Background
}): UnsavedPairs {
  const { clock, background } = neighbours
  const pairs = new Map<string, UserAccessToken>()
  const nameOf = ({ appId, openId }: GrantKey) => `${appId} ${openId}`

  return {
    // Asked for by every call; almost always there is none.
    find: (key) => (pairs.size === 0 ? null : (pairs.get(nameOf(key)) ?? null)),
    count: (appId) =>
      appId === undefined
        ? pairs.size
        : [...pairs.values()].filter((token) => token.appId === appId).length,
    keep(key, token, save) {
      pairs.set(nameOf(key), token)
      background.run(async () => {
        do await clock.sleep(AGAIN_MS)
        while (!(await isSaved(save)))
        // By now it may have been withheld, and a later consent have a pair of its own.
        if (pairs.get(nameOf(key)) === token) pairs.delete(nameOf(key))
      })
    },
    withhold(key) {
      pairs.delete(nameOf(key))
    },
  }
}

/** Whatever the reason, another try costs nothing and giving up costs a grant; the first failure was told. */
function isSaved(save: () => Promise<unknown>): Promise<boolean> {
  return save().then(
    () => true,
    () => false,
  )
}
