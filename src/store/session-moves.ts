import { and, eq, exists, gt, lte, ne, notExists, type SQL, sql } from 'drizzle-orm'
import type { SessionStore } from '../auth/ports.ts'
import { type CardLook, lookAfter, lookAfterFailure, type SessionMove } from '../auth/session.ts'
import { bind } from './dialects.ts'
import type { Engine } from './engine.ts'
import { pickRows } from './pick-rows.ts'
import { isNotHeld, isPending, mayMoveTo } from './session-guards.ts'
import { toSession, toSessionOrNull } from './session-row.ts'

type SessionMoves = Pick<
  SessionStore,
  | 'move'
  | 'hold'
  | 'noteFailure'
  | 'clearFailure'
  | 'wantLook'
  | 'noteTenant'
  | 'expireDue'
  | 'completeGranted'
>

/** Creates the statements that move sessions, and those that keep them pending for another try. */
export function createSessionMoves(engine: Engine): SessionMoves {
  const { database } = engine
  const { sessions, grants } = engine.schema

  return {
    async move(id, move, now) {
      const guard = move.to === 'completed' ? undefined : mayEndWithoutToken(now)
      const rows = await database
        .update(sessions)
        .set(changesOf(move, now))
        .where(and(eq(sessions.id, id), mayMoveTo(sessions, move.to), guard))
        .returning()
      return toSessionOrNull(rows)
    },

    async hold(id, until, now) {
      const rows = await database
        .update(sessions)
        .set({ heldUntil: until })
        .where(and(eq(sessions.id, id), isPending(sessions), gt(sessions.expiresAt, now)))
        .returning()
      return toSessionOrNull(rows)
    },

    async noteFailure(id, reason, now) {
      const mismatch = reason === 'identity_mismatch' ? 1 : 0
      const rows = await database
        .update(sessions)
        .set({
          ...changesOfLook(lookAfterFailure(reason), now),
          lastFailureReason: reason,
          lastFailureAt: now,
          heldUntil: null,
          mismatches: sql`${sessions.mismatches} + ${mismatch}`,
        })
        .where(and(eq(sessions.id, id), isPending(sessions)))
        .returning()
      return toSessionOrNull(rows)
    },

    async clearFailure(id, now) {
      const rows = await database
        .update(sessions)
        .set({ ...changesOfLook('asking', now), lastFailureReason: null, lastFailureAt: null })
        .where(and(eq(sessions.id, id), isPending(sessions)))
        .returning()
      return toSessionOrNull(rows)
    },

    async wantLook(id, look, now) {
      const rows = await database
        .update(sessions)
        .set(changesOfLook(look, now))
        .where(
          and(eq(sessions.id, id), eq(sessions.state, 'completed'), ne(sessions.cardWants, look)),
        )
        .returning()
      return toSessionOrNull(rows)
    },

    async noteTenant(id, tenantKey) {
      await database.update(sessions).set({ tenantKey }).where(eq(sessions.id, id))
    },

    async expireDue(now, limit) {
      const isDue = and(lte(sessions.expiresAt, now), mayEndWithoutToken(now))
      const picked = pickRows(engine, {
        from: sessions,
        key: [sessions.id],
        where: and(isPending(sessions), isDue),
        oldestBy: sessions.expiresAt,
        limit,
      })
      const rows = await database
        .with(picked.rows)
        .update(sessions)
        .set(changesOf({ to: 'expired', endReason: 'timed_out' }, now))
        .where(and(picked.areTheseRows, mayMoveTo(sessions, 'expired'), isDue))
        .returning()
      return rows.map(toSession)
    },

    async completeGranted(now, limit) {
      const isGranted = exists(ownGrant('sessionId'))
      const picked = pickRows(engine, {
        from: sessions,
        key: [sessions.id],
        where: and(isPending(sessions), isGranted),
        oldestBy: sessions.expiresAt,
        limit,
      })
      const rows = await database
        .with(picked.rows)
        .update(sessions)
        .set({
          ...changesOf({ to: 'completed', grantedScopes: [], tenantKey: null }, now),
          grantedScopes: sql`${ownGrant('scopes')}`,
          tenantKey: sql`${ownGrant('tenantKey')}`,
        })
        .where(and(picked.areTheseRows, mayMoveTo(sessions, 'completed')))
        .returning()
      return rows.map(toSession)
    },
  }

  function changesOf(move: SessionMove, now: Date) {
    const shared = {
      state: move.to,
      endedAt: now,
      heldUntil: null,
      cardWants: lookAfter(move),
      cardWantsSince: now,
      cardDueAt: sql`case when ${sessions.cardGone} = 0 then ${bind(now, sessions.cardDueAt)} end`,
      cardAttempts: 0,
    }
    if (move.to !== 'completed') return { ...shared, endReason: move.endReason }
    const tenant = move.tenantKey === null ? {} : { tenantKey: move.tenantKey }
    return { ...shared, ...tenant, grantedScopes: move.grantedScopes }
  }

  /** A card that already shows this look is left alone, and so is one that can never change again. */
  function changesOfLook(look: CardLook, now: Date) {
    const redraw = sql`${sessions.cardGone} = 0 and ${sessions.cardShows} is distinct from ${look}`
    return {
      cardWants: look,
      cardWantsSince: now,
      cardDueAt: sql`case when ${redraw} then ${bind(now, sessions.cardDueAt)} else ${sessions.cardDueAt} end`,
      cardAttempts: sql`case when ${redraw} then 0 else ${sessions.cardAttempts} end`,
    }
  }

  /** Ends other than completion wait for a working callback, and never hide a grant that is stored. */
  function mayEndWithoutToken(now: Date): SQL | undefined {
    return and(isNotHeld(sessions, now), notExists(ownGrant('sessionId')))
  }

  function ownGrant(column: 'sessionId' | 'scopes' | 'tenantKey') {
    return database
      .select({ value: grants[column] })
      .from(grants)
      .where(eq(grants.sessionId, sessions.id))
      .limit(1)
  }
}
