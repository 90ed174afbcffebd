import { sql } from 'drizzle-orm'
import type { AppSign } from '../auth/app-signs.ts'
import type { FailureReason } from '../auth/failure-reason.ts'
import type { FinishedReason, SetbackReason } from '../auth/refresh-outcome.ts'
import type { RevocationCause } from '../auth/revocation.ts'
import type { AuthMethod, CardLook, EndReason, Locale, SessionState } from '../auth/session.ts'
import type { GrantMark } from '../auth/upkeep.ts'
import type { WebhookEvent } from '../auth/webhook-event.ts'
import type { WebhookFailure } from '../auth/webhook-outbox.ts'
import { createAccessSchema } from './access-schema.ts'
import type { Dialect } from './dialects.ts'

/** Holds where a grant is marked as ended and nobody was told of it; written the same in the query, so that the index applies. */
export const IS_END_UNTOLD = sql.raw(
  "mark_status in ('reauth_required', 'revoked') and (told_version is null or told_version <> mark_version)",
)

/** The tables of one engine. */
export type Schema = ReturnType<typeof createSchema>

/** Describes every table once; both engines get the same columns, keys and indexes. */
export function createSchema(dialect: Dialect) {
  const { table, index, uniqueIndex, primaryKey, text, integer, instant, json } = dialect

  const sessions = table(
    'auth_sessions',
    {
      id: text('id').primaryKey(),
      appId: text('app_id').notNull(),
      openId: text('open_id').notNull(),
      tenantKey: text('tenant_key'),
      state: text('state').$type<SessionState>().notNull(),
      endReason: text('end_reason').$type<EndReason>(),
      authMethod: text('auth_method').$type<AuthMethod>().notNull(),
      scopes: json('scopes').$type<readonly string[]>().notNull(),
      grantedScopes: json('granted_scopes').$type<readonly string[]>(),
      reason: text('reason'),
      locale: text('locale').$type<Locale>(),
      chatId: text('chat_id'),
      lastFailureReason: text('last_failure_reason').$type<FailureReason>(),
      lastFailureAt: instant('last_failure_at'),
      mismatches: integer('mismatches').notNull(),
      ticketHash: text('ticket_hash').notNull(),
      sealedTicket: text('sealed_ticket').notNull(),
      heldUntil: instant('held_until'),
      cardMessageId: text('card_message_id'),
      cardShows: text('card_shows').$type<CardLook>(),
      cardWants: text('card_wants').$type<CardLook>().notNull(),
      cardWantsSince: instant('card_wants_since'),
      cardDueAt: instant('card_due_at'),
      cardAttempts: integer('card_attempts').notNull(),
      /** 1 once the card can never change again; it then never becomes due. */
      cardGone: integer('card_gone').notNull().default(0),
      createdAt: instant('created_at').notNull(),
      cardSentAt: instant('card_sent_at'),
      expiresAt: instant('expires_at').notNull(),
      endedAt: instant('ended_at'),
      /** When the grant ends that this request would renew ahead of time; null for every other request. */
      grantEndsAt: instant('grant_ends_at'),
      /** When its end was put into the webhook outbox; null while nobody was told. */
      endToldAt: instant('end_told_at'),
    },
    (session) => [
      uniqueIndex('auth_sessions_ticket_hash').on(session.ticketHash),
      uniqueIndex('auth_sessions_one_pending')
        .on(session.appId, session.openId)
        .where(sql`state = 'pending'`),
      index('auth_sessions_expiry').on(session.expiresAt).where(sql`state = 'pending'`),
      index('auth_sessions_card_due').on(session.cardDueAt).where(sql`card_due_at is not null`),
      index('auth_sessions_ended').on(session.endedAt).where(sql`ended_at is not null`),
      index('auth_sessions_end_untold')
        .on(session.endedAt)
        .where(sql`ended_at is not null and end_told_at is null`),
      index('auth_sessions_created').on(session.createdAt, session.id),
      index('auth_sessions_person').on(session.openId, session.createdAt, session.id),
      index('auth_sessions_chat')
        .on(session.chatId, session.createdAt, session.id)
        .where(sql`chat_id is not null`),
    ],
  )

  const attempts = table(
    'oauth_attempts',
    {
      stateHash: text('state_hash').primaryKey(),
      sessionId: text('session_id')
        .notNull()
        .references(() => sessions.id, { onDelete: 'cascade' }),
      sealedVerifier: text('sealed_verifier').notNull(),
      browserHash: text('browser_hash').notNull(),
      createdAt: instant('created_at').notNull(),
      expiresAt: instant('expires_at').notNull(),
      usedAt: instant('used_at'),
    },
    (attempt) => [
      index('oauth_attempts_session').on(attempt.sessionId),
      index('oauth_attempts_expiry').on(attempt.expiresAt),
    ],
  )

  // The refresh token stands behind all that is read hot, so that this never touches the pages it fills.
  const grants = table(
    'grants',
    {
      appId: text('app_id').notNull(),
      openId: text('open_id').notNull(),
      tenantKey: text('tenant_key').notNull(),
      sessionId: text('session_id').notNull(),
      version: integer('version').notNull(),
      scopes: json('scopes').$type<readonly string[]>().notNull(),
      accessTokenExpiresAt: instant('access_token_expires_at').notNull(),
      authorizedAt: instant('authorized_at').notNull(),
      issuedAt: instant('issued_at').notNull(),
      sealedAccessToken: text('sealed_access_token').notNull(),
      refreshTokenExpiresAt: instant('refresh_token_expires_at'),
      sealedRefreshToken: text('sealed_refresh_token'),
      /** Id of the key that sealed both tokens; null when it is not known, as in rows older than the column. */
      sealedWith: text('sealed_with'),
      /** 0 until its upkeep has been scheduled; every consent begins so. */
      adopted: integer('adopted').notNull().default(0),
    },
    (grant) => [
      primaryKey({ name: 'grants_person', columns: [grant.appId, grant.openId] }),
      index('grants_session').on(grant.sessionId),
      // Counting all grants reads this index alone, never the pages of the tokens.
      index('grants_ends').on(grant.appId, grant.refreshTokenExpiresAt, grant.accessTokenExpiresAt),
      index('grants_sealed_with').on(grant.sealedWith, grant.appId, grant.openId),
      index('grants_authorized').on(grant.authorizedAt),
      index('grants_unrefreshable')
        .on(grant.accessTokenExpiresAt)
        .where(sql`sealed_refresh_token is null`),
      index('grants_unadopted').on(grant.appId, grant.openId).where(sql`adopted = 0`),
    ],
  )

  const upkeeps = table(
    'grant_upkeep',
    {
      appId: text('app_id').notNull(),
      openId: text('open_id').notNull(),
      markStatus: text('mark_status').$type<GrantMark['status']>(),
      markReason: text('mark_reason').$type<FinishedReason | 'ambiguous'>(),
      markVersion: integer('mark_version'),
      markAt: instant('mark_at'),
      /** The version whose mark was put into the webhook outbox; null while nobody was told of any. */
      toldVersion: integer('told_version'),
      lastUsedAt: instant('last_used_at'),
      dueAt: instant('due_at'),
      /** Since when it has been due, through every pause and try; null while it is not, or was not looked at. */
      overdueSince: instant('overdue_since'),
      leaseOwner: text('lease_owner'),
      /** Grows with every claim and outlives the lease. */
      leaseFence: integer('lease_fence').notNull().default(0),
      leaseUntil: instant('lease_until'),
      intentVersion: integer('intent_version'),
      intentAt: instant('intent_at'),
      intentProbes: integer('intent_probes'),
      failures: integer('failures').notNull().default(0),
      coolUntil: instant('cool_until'),
      coolReason: text('cool_reason').$type<SetbackReason>(),
      /** The version whose refresh token may be spent although Feishu answered; another version makes it moot. */
      doubtedVersion: integer('doubted_version'),
      /** When the person was last asked to authorize again without a caller waiting for it. */
      askedAt: instant('asked_at'),
    },
    (upkeep) => [
      primaryKey({ name: 'grant_upkeep_grant', columns: [upkeep.appId, upkeep.openId] }),
      // The app is there for whoever asks for the oldest of one.
      index('grant_upkeep_due').on(upkeep.dueAt, upkeep.appId).where(sql`due_at is not null`),
      index('grant_upkeep_overdue')
        .on(upkeep.appId, upkeep.overdueSince)
        .where(sql`overdue_since is not null`),
      index('grant_upkeep_marked')
        .on(upkeep.appId, upkeep.openId)
        .where(sql`mark_status is not null`),
      index('grant_upkeep_end_untold').on(upkeep.markAt).where(IS_END_UNTOLD),
      index('grant_upkeep_intent').on(upkeep.intentAt).where(sql`intent_at is not null`),
    ],
  )

  /** Tokens that have ended here and are yet to be ended at Feishu; a handful of rows that live for seconds, or for an outage. */
  const revocations = table(
    'revocations',
    {
      /** For a grant it is derived from its version, so that it is put in once; random for tokens that were never kept. */
      id: text('id').primaryKey(),
      appId: text('app_id').notNull(),
      openId: text('open_id').notNull(),
      tenantKey: text('tenant_key'),
      sessionId: text('session_id').notNull(),
      cause: text('cause').$type<RevocationCause>().notNull(),
      /** Which grant goes with it; null for tokens that were never kept. */
      grantVersion: integer('grant_version'),
      /** When the person consented to that. */
      authorizedAt: instant('authorized_at').notNull(),
      /** Null once Feishu was told, or need not be. */
      sealedAccessToken: text('sealed_access_token'),
      accessTokenExpiresAt: instant('access_token_expires_at').notNull(),
      sealedRefreshToken: text('sealed_refresh_token'),
      refreshTokenExpiresAt: instant('refresh_token_expires_at').notNull(),
      /** Id of the key that sealed what is left; null when it was more than one. */
      sealedWith: text('sealed_with'),
      attempts: integer('attempts').notNull().default(0),
      dueAt: instant('due_at').notNull(),
    },
    (revocation) => [index('revocations_due').on(revocation.dueAt)],
  )

  const seenEvents = table(
    'seen_events',
    {
      eventId: text('event_id').primaryKey(),
      seenAt: instant('seen_at').notNull(),
    },
    (event) => [index('seen_events_seen').on(event.seenAt)],
  )

  /** Apart from the grants: who taps before they have granted anything is remembered, too. */
  const timeZones = table(
    'time_zones',
    {
      appId: text('app_id').notNull(),
      openId: text('open_id').notNull(),
      timeZone: text('time_zone').notNull(),
      notedAt: instant('noted_at').notNull(),
    },
    (noted) => [
      primaryKey({ name: 'time_zones_person', columns: [noted.appId, noted.openId] }),
      index('time_zones_noted').on(noted.notedAt),
    ],
  )

  const webhookDeliveries = table(
    'webhook_deliveries',
    {
      /** The `webhook-id` of Standard Webhooks; the same for every try, so that receivers can drop doubles. */
      id: text('id').primaryKey(),
      event: text('event').$type<WebhookEvent>().notNull(),
      /** JSON as it is sent; never holds a token. */
      payload: text('payload').notNull(),
      attempts: integer('attempts').notNull().default(0),
      /** When to try next; null once it is delivered or given up. */
      dueAt: instant('due_at'),
      /** Why the last try failed, from a closed list. */
      lastFailure: text('last_failure').$type<WebhookFailure>(),
      createdAt: instant('created_at').notNull(),
      deliveredAt: instant('delivered_at'),
      deadAt: instant('dead_at'),
    },
    (delivery) => [
      index('webhook_deliveries_due').on(delivery.dueAt).where(sql`due_at is not null`),
      index('webhook_deliveries_dead').on(delivery.deadAt).where(sql`dead_at is not null`),
      index('webhook_deliveries_created').on(delivery.createdAt),
    ],
  )

  /** When each sign of how an app is set up was last seen; for `doctor`, which is another process. */
  const appSigns = table(
    'app_signs',
    {
      appId: text('app_id').notNull(),
      sign: text('sign').$type<AppSign>().notNull(),
      seenAt: instant('seen_at').notNull(),
    },
    (seen) => [primaryKey({ name: 'app_signs_sign', columns: [seen.appId, seen.sign] })],
  )

  /** When each job last succeeded; a process that starts knows by it what stood still before. */
  const jobSuccesses = table('job_successes', {
    job: text('job_name').primaryKey(),
    succeededAt: instant('succeeded_at').notNull(),
  })

  /** One row, rewritten by every ping: proof that the database takes writes. */
  const writeProbe = table('write_probe', {
    id: integer('id').primaryKey(),
    writes: integer('writes').notNull(),
  })

  return {
    sessions,
    attempts,
    grants,
    upkeeps,
    revocations,
    seenEvents,
    timeZones,
    webhookDeliveries,
    appSigns,
    jobSuccesses,
    writeProbe,
    ...createAccessSchema(dialect),
  }
}
