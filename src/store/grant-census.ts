import { gt, min } from 'drizzle-orm'
import { type GrantCensus, type GrantCounts, TIME_LEFT_BINS } from '../auth/grant-census.ts'
import { countByEnds } from './count-by-ends.ts'
import { countByKey } from './count-by-key.ts'
import { countMarked, type MarkedGrants } from './count-marked.ts'
import type { Engine } from './engine.ts'
import { findOldestDue, findOldestIssue } from './oldest-grants.ts'

const DAY_MS = 86_400_000

/** Creates the counts of all grants, made in steps between which others have their turn. */
export function createGrantCensus(engine: Engine): GrantCensus {
  const { grants } = engine.schema

  return {
    async count(now) {
      const marked = await countMarked(engine, { now, inADay: new Date(now.getTime() + DAY_MS) })
      const apps: Omit<GrantCounts, 'byKey'>[] = []
      for (let appId = await appAfter(''); appId !== null; appId = await appAfter(appId)) {
        const ofApp = marked.filter((each) => each.appId === appId)
        apps.push(await countApp(appId, ofApp, now))
      }
      return {
        byState: [...marked, ...apps.flatMap(({ byState }) => byState)],
        byTimeLeft: apps.flatMap(({ byTimeLeft }) => byTimeLeft),
        byKey: await countByKey(engine),
        oldestIssue: apps.flatMap(({ oldestIssue }) => oldestIssue),
        oldestDue: apps.flatMap(({ oldestDue }) => oldestDue),
      }
    },
  }

  async function appAfter(appId: string): Promise<string | null> {
    const [next] = await engine.database
      .select({ appId: min(grants.appId) })
      .from(grants)
      .where(gt(grants.appId, appId))
    return next?.appId ?? null
  }

  async function countApp(appId: string, marked: readonly MarkedGrants[], now: Date) {
    const { active, expiring, ended, byTimeLeft } = await countByEnds(engine, appId, now)
    const markedOf = (count: (each: MarkedGrants) => number) =>
      marked.reduce((sum, each) => sum + count(each), 0)
    // A grant may have been marked between two counts.
    const less = (all: number, some: number) => Math.max(0, all - some)
    const markedEnded = markedOf((each) => each.count - each.active - each.expiring)
    const issue = await findOldestIssue(engine, appId, now)
    const due = await findOldestDue(engine, appId, now)
    return {
      byState: [
        {
          appId,
          state: 'active',
          count: less(
            active,
            markedOf((each) => each.active),
          ),
        },
        {
          appId,
          state: 'expiring',
          count: less(
            expiring,
            markedOf((each) => each.expiring),
          ),
        },
        { appId, state: 'reauth_required', count: less(ended, markedEnded) },
      ] as const,
      byTimeLeft: TIME_LEFT_BINS.map((bin) => ({ appId, bin, count: byTimeLeft[bin] })),
      oldestIssue: issue ? [{ appId, at: issue }] : [],
      oldestDue: due ? [{ appId, at: due }] : [],
    }
  }
}
