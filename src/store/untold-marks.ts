import { and, eq, gt, lt } from 'drizzle-orm'
import type { EndedGrant, WebhookOutbox } from '../auth/webhook-outbox.ts'
import type { Engine } from './engine.ts'
import { isOfGrant } from './is-of-grant.ts'
import { IS_END_UNTOLD, type Schema } from './schema.ts'
import { toUpkeep } from './upkeep-row.ts'

type UntoldMarks = Pick<WebhookOutbox, 'findMark' | 'listUntoldMarks' | 'noteMarkTold'>

/** Creates the statements on ends of grants that the receiver of webhooks was not told of. */
export function createUntoldMarks({ database, schema }: Engine): UntoldMarks {
  const { upkeeps, grants } = schema

  return {
    async findMark(key) {
      const rows = await marked().where(isOfGrant(upkeeps, key))
      return rows.flatMap(toEnded)[0] ?? null
    },

    async listUntoldMarks({ after, before }, limit) {
      const rows = await marked()
        .where(and(IS_END_UNTOLD, gt(upkeeps.markAt, after), lt(upkeeps.markAt, before)))
        .orderBy(upkeeps.markAt)
        .limit(limit)
      return rows.flatMap(toEnded)
    },

    async noteMarkTold({ mark: { version }, ...key }) {
      await database
        .update(upkeeps)
        .set({ toldVersion: version })
        .where(and(isOfGrant(upkeeps, key), eq(upkeeps.markVersion, version)))
    },
  }

  /** A newer consent makes a mark moot. */
  function marked() {
    return database
      .select({ upkeep: upkeeps, sessionId: grants.sessionId })
      .from(upkeeps)
      .innerJoin(
        grants,
        and(
          eq(grants.appId, upkeeps.appId),
          eq(grants.openId, upkeeps.openId),
          eq(grants.version, upkeeps.markVersion),
        ),
      )
      .$dynamic()
  }
}

function toEnded(row: {
  upkeep: Schema['upkeeps']['$inferSelect']
  sessionId: string
}): EndedGrant[] {
  const { appId, openId, mark } = toUpkeep(row.upkeep)
  return mark ? [{ appId, openId, sessionId: row.sessionId, mark }] : []
}
