import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { afterAll, expect, it } from 'vitest'
import { createStore, type OpenStore } from '../../src/store/create-store.ts'
import { asDatabase, sqliteDialect } from '../../src/store/dialects.ts'
import { keepStatements } from '../../src/store/keep-statements.ts'
import { openStore } from '../../src/store/open-store.ts'
import * as schema from '../../src/store/sqlite-schema.ts'
import {
  aGrant,
  anAttempt,
  claimLease,
  insertGrant,
  insertSession,
  NOW,
  SETTLED,
} from './contract/samples.ts'

const folder = mkdtempSync(join(tmpdir(), 'fca-plans-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What may be read from end to end: pages of lists, indexes of pending rows or of small counts, and what is put in. */
const READ_WHOLE = [
  /^SCAN auth_sessions USING INDEX auth_sessions_created: select .* limit/,
  /^SCAN auth_sessions USING (COVERING )?INDEX auth_sessions_(one_pending|expiry)/,
  /^SCAN grants USING (COVERING )?INDEX grants_unadopted/,
  /^SCAN grants USING COVERING INDEX \w+: select count\(\*\) from "grants"$/,
  /^SCAN (sealed|some): select count\(\*\) from \(select 1 .* limit \?\)/,
  /^SCAN grants USING INDEX sqlite_autoindex_grants_1: select .* limit/,
  /^SCAN webhook_deliveries USING INDEX webhook_deliveries_(created|dead): select .* limit/,
  /^SCAN webhook_deliveries USING COVERING INDEX webhook_deliveries_due: select count/,
  // What the statement brings along, a hundred rows at most.
  /^SCAN (given|CONSTANT ROW): with "given" as \(values/,
  // Asked by `keys list` in a process of its own, of a day's answers at most.
  /^SCAN idempotent_requests: select .* group by/,
  /^SCAN \d+(-ROW VALUES CLAUSE| CONSTANT ROWS):/,
]

/** All rows of an app, which for most is all there are. */
const ONE_APP = /\(app_id=\?\)/

it('every statement finds its rows through an index', async () => {
  const path = join(folder, 'auth.db')
  await (await openStore({ databaseUrl: `file:${path}` })).close()
  const connection = new Database(path)
  keepStatements(connection)
  const statements = new Set<string>()
  const logQuery = (statement: string) => void statements.add(statement)
  const store = createStore({
    name: 'sqlite',
    database: asDatabase(drizzle(connection, { logger: { logQuery } })),
    dialect: sqliteDialect,
    schema,
    close: async () => void connection.close(),
  })
  await callEveryMethod(store)
  expect(statements.size).toBeGreaterThan(50)

  const scans = [...statements].flatMap((statement) =>
    connection
      .prepare(`explain query plan ${statement}`)
      .all(...Array.from(statement.matchAll(/\?/g), () => null))
      .map((step) => String(Object(step).detail))
      .filter((detail) => detail.startsWith('SCAN') || ONE_APP.test(detail))
      .filter((detail) => !READ_WHOLE.some((allowed) => allowed.test(`${detail}: ${statement}`)))
      .map((detail) => `${detail}: ${statement}`),
  )
  expect(scans).toEqual([])
  await store.close()
})

async function callEveryMethod(store: OpenStore): Promise<void> {
  const {
    sessions,
    attempts,
    grants,
    upkeeps,
    renewals,
    seals,
    seenEvents,
    timeZones,
    idempotentRequests,
    webhooks,
  } = store
  const session = await insertSession(store)
  const { id, appId, openId, ticketHash, createdAt } = session
  await sessions.find(id)
  await sessions.findEnded([id])
  await sessions.findByTicketHash(ticketHash)
  await sessions.findPending(appId, openId)
  await sessions.list({ limit: 9 })
  await sessions.list({ limit: 9, appId, openId, before: { createdAt, id } })
  await sessions.list({ limit: 9, openId })
  await sessions.list({ limit: 9, appId, chatId: 'oc_a' })
  await sessions.hold(id, NOW, NOW)
  await sessions.noteFailure(id, 'internal', NOW)
  await sessions.clearFailure(id, NOW)
  await sessions.noteTenant(id, 'tenant_a')
  await sessions.countPending()
  await sessions.claimCard(id, NOW, NOW)
  await sessions.claimDueCards(NOW, NOW, 9)
  await sessions.noteCardSent(id, 'om_a', 'asking', NOW)
  await sessions.noteCardShown(id, 'asking', NOW)
  await sessions.noteCardRetry(id, NOW)
  await sessions.noteCardGone(id)
  await sessions.move(id, { to: 'expired', endReason: 'timed_out' }, NOW)
  await sessions.expireDue(NOW, 9)
  await sessions.deleteEnded(NOW, 9)
  const granted = await insertSession(store)
  const attempt = anAttempt(granted.id)
  await attempts.insert(attempt)
  await attempts.consume(attempt.stateHash, NOW)
  await attempts.find(attempt.stateHash)
  await attempts.deleteExpired(NOW, 9)
  await grants.save(aGrant(granted))
  await grants.find(appId, openId)
  await store.census.count(NOW)
  await sessions.countCardsDue()
  await sessions.completeGranted(NOW, 9)
  await sessions.move(granted.id, { to: 'completed', grantedScopes: [], tenantKey: null }, NOW)
  const grant = await insertGrant(store)
  await grants.rotate(1, grant)
  await grants.end(grant, NOW)
  await grants.list({ limit: 9 })
  await grants.list({ limit: 9, after: grant })
  await grants.list({ limit: 9, appId, after: grant })
  await grants.list({ limit: 9, sealedWith: 'k1', after: grant })
  await grants.list({ limit: 9, sealedWith: null })
  await grants.reseal([{ grant, pair: grant }])
  await seals.listTickets({ notSealedWith: 'k1', limit: 9 })
  await seals.listTickets({ notSealedWith: 'k1', after: session, limit: 9 })
  await seals.count(NOW)
  await seals.resealTicket({ id, sealedTicket: 'k1.x' }, 'k2.x')
  await grants.countByKey()
  await upkeeps.adopt(NOW, 9)
  await upkeeps.find(grant)
  const { lease } = await claimLease(store, grant)
  await upkeeps.renew(grant, lease, NOW)
  await upkeeps.openIntent(grant, lease, { version: 1, at: NOW, probes: 0 })
  await upkeeps.listOpenIntents(NOW, NOW, 9)
  const mark = { status: 'revoked', reason: null, version: 1, at: NOW } as const
  await upkeeps.release(grant, lease, { ...SETTLED, mark, dueAt: NOW })
  await upkeeps.mark(grant, mark)
  await upkeeps.schedule(grant, NOW)
  await upkeeps.claimDue(NOW, NOW, 9)
  const ending = { ...grant, markVersion: null, markReason: null, askedAt: null, timeZone: null }
  const span = { from: NOW, to: NOW }
  await renewals.listByConsent({ ...span, after: null, now: NOW }, 9)
  await renewals.listByConsent({ ...span, after: grant, now: NOW }, 9)
  await renewals.listUnrefreshable({ ...span, usedAfter: NOW }, 9)
  await renewals.claimAsk(ending, NOW)
  await renewals.releaseAsk(grant, NOW)
  await upkeeps.deleteOrphan(grant)
  await upkeeps.delete(grant)
  await grants.endAccess(grant, NOW)
  await grants.delete(grant)
  await seenEvents.markSeen('event', NOW)
  await seenEvents.deleteSeenBefore(NOW, 9)
  await timeZones.note(grant, 'Asia/Tokyo', NOW)
  await timeZones.find(grant)
  await timeZones.deleteNotedBefore(NOW, 9)
  const request = { keyHash: 'key', fingerprint: 'print', claimedUntil: NOW, createdAt: NOW }
  await idempotentRequests.claim(request, NOW)
  await idempotentRequests.find('key')
  await idempotentRequests.answer(request, { statusCode: 200, sealedReply: 'k1.sealed' })
  await idempotentRequests.release(request)
  await idempotentRequests.deleteCreatedBefore(NOW, 9)
  const message = { id: 'end_1', event: 'token.revoked', payload: '{}' } as const
  await webhooks.put(message, NOW)
  await webhooks.listUntoldEnds(NOW, 9)
  await webhooks.noteEndTold(id, NOW)
  await webhooks.listUntoldMarks({ after: NOW, before: NOW }, 9)
  await webhooks.findMark(grant)
  const ended = { status: 'revoked', reason: 'revoked', version: 1, at: NOW } as const
  await webhooks.noteMarkTold({ ...grant, sessionId: id, mark: ended })
  await webhooks.claimDue(NOW, NOW)
  await webhooks.noteRetry('end_1', 'dns', NOW, NOW)
  await webhooks.noteDead('end_1', 'dns', NOW, NOW)
  await webhooks.retry('end_1', NOW)
  await webhooks.retryDead(NOW, 9)
  await webhooks.noteDelivered('end_1', NOW)
  await webhooks.list({ dead: false, limit: 9 })
  await webhooks.list({ dead: true, limit: 9 })
  await webhooks.countQueued()
  await webhooks.deleteDelivered(NOW, 9)
  await webhooks.deleteDead(NOW, 9)
  await store.ping()
}
