import { and, eq, isNull, lte, sql } from 'drizzle-orm'
import type { SessionStore } from '../auth/ports.ts'
import type { CardLook } from '../auth/session.ts'
import { bind } from './dialects.ts'
import type { Engine } from './engine.ts'
import { pickRows } from './pick-rows.ts'
import { isPending } from './session-guards.ts'
import { toSession, toSessionOrNull } from './session-row.ts'

type SessionCards = Pick<
  SessionStore,
  | 'claimCard'
  | 'claimUnsentCard'
  | 'claimDueCards'
  | 'noteCardSent'
  | 'noteCardShown'
  | 'noteCardRetry'
  | 'noteCardGone'
>

/** Creates the statements that keep the cards in chat level with their sessions. */
export function createSessionCards(engine: Engine): SessionCards {
  const { database } = engine
  const { sessions } = engine.schema

  return {
    async claimCard(id, now, until) {
      const rows = await database
        .update(sessions)
        .set({ cardDueAt: until })
        .where(and(eq(sessions.id, id), lte(sessions.cardDueAt, now)))
        .returning()
      return toSessionOrNull(rows)
    },

    async claimUnsentCard(id, until) {
      const rows = await database
        .update(sessions)
        .set({ cardDueAt: until })
        .where(
          and(
            eq(sessions.id, id),
            isPending(sessions),
            isNull(sessions.cardMessageId),
            eq(sessions.cardGone, 0),
          ),
        )
        .returning()
      return toSessionOrNull(rows)
    },

    async claimDueCards(now, until, limit) {
      const isDue = lte(sessions.cardDueAt, now)
      const picked = pickRows(engine, {
        from: sessions,
        key: [sessions.id],
        where: isDue,
        oldestBy: sessions.cardDueAt,
        limit,
      })
      const rows = await database
        .with(picked.rows)
        .update(sessions)
        .set({ cardDueAt: until })
        .where(and(picked.areTheseRows, isDue))
        .returning()
      return rows.map(toSession)
    },

    async noteCardSent(id, messageId, look, now, claimedUntil) {
      await database
        .update(sessions)
        .set({
          ...changesOfShowing(look, now, claimedUntil),
          cardMessageId: messageId,
          cardSentAt: now,
        })
        .where(eq(sessions.id, id))
    },

    async noteCardShown(id, look, now, claimedUntil) {
      await database
        .update(sessions)
        .set(changesOfShowing(look, now, claimedUntil))
        .where(eq(sessions.id, id))
    },

    async noteCardRetry(id, dueAt, failure = null) {
      await database
        .update(sessions)
        .set({
          cardDueAt: dueAt,
          cardAttempts: sql`${sessions.cardAttempts} + 1`,
          ...(failure && { lastFailureReason: failure.reason, lastFailureAt: failure.at }),
        })
        .where(and(eq(sessions.id, id), eq(sessions.cardGone, 0)))
    },

    async noteCardGone(id) {
      await database
        .update(sessions)
        .set({ cardDueAt: null, cardGone: 1 })
        .where(eq(sessions.id, id))
    },
  }

  /**
   * The session may have moved on while its card was on the way; the card is then due again at once. Two updates may
   * also overtake each other: whoever no longer has the claim cannot tell which one Feishu shows, and leaves it due.
   */
  function changesOfShowing(look: CardLook, now: Date, claimedUntil: Date | undefined) {
    const { cardDueAt, cardWants, cardGone } = sessions
    const isBehind = sql`${cardWants} <> ${look} and ${cardGone} = 0`
    const isClaimed = claimedUntil && sql`${cardDueAt} = ${bind(claimedUntil, cardDueAt)}`
    const otherwise = isClaimed ? sql`when not (${isClaimed}) then ${cardDueAt}` : sql``
    return {
      cardShows: look,
      cardDueAt: sql`case when ${isBehind} then ${bind(now, cardDueAt)} ${otherwise} end`,
      cardAttempts: 0,
    }
  }
}
