import type { AuditAction, AuditDetail } from '../access/audit-chain.ts'
import type { Actor } from '../access/callers.ts'
import type { Permissions } from '../access/permissions.ts'
import type { Dialect } from './dialects.ts'

/** Describes the tables of those who call the API: their keys, what they did, and the answers they may ask for twice. */
export function createAccessSchema({
  table,
  index,
  uniqueIndex,
  text,
  integer,
  instant,
  json,
}: Dialect) {
  const apiKeys = table(
    'api_keys',
    {
      id: text('id').primaryKey(),
      name: text('name').notNull(),
      secretHash: text('secret_hash').notNull(),
      permissions: json('permissions').$type<Permissions>().notNull(),
      createdAt: instant('created_at').notNull(),
      revokedAt: instant('revoked_at'),
    },
    (key) => [
      uniqueIndex('api_keys_name').on(key.name),
      uniqueIndex('api_keys_secret_hash').on(key.secretHash),
    ],
  )

  /** Append-only, which triggers of the migrations enforce; each row carries the hash of the one before it. */
  const auditEntries = table(
    'audit_entries',
    {
      sequence: integer('sequence').primaryKey(),
      at: instant('at').notNull(),
      actor: text('actor').$type<Actor>().notNull(),
      action: text('action').$type<AuditAction>().notNull(),
      outcome: text('outcome').notNull(),
      appId: text('app_id'),
      openId: text('open_id'),
      detail: json('detail').$type<AuditDetail>().notNull(),
      previousHash: text('previous_hash').notNull(),
      hash: text('hash').notNull(),
    },
    (entry) => [index('audit_entries_person').on(entry.openId, entry.sequence)],
  )

  /** One row: how far the chain had come, sealed, so that its end cannot be cut off without a key. */
  const auditMarks = table('audit_marks', {
    id: integer('id').primaryKey(),
    sealed: text('sealed').notNull(),
  })

  const idempotentRequests = table(
    'idempotent_requests',
    {
      /** Hash of who called and the key they sent. */
      keyHash: text('key_hash').primaryKey(),
      /** Hash of what they asked. */
      fingerprint: text('fingerprint').notNull(),
      /** Until then the first call is taken to be at work. */
      claimedUntil: instant('claimed_until').notNull(),
      /** Null while the first call works. */
      statusCode: integer('status_code'),
      sealedReply: text('sealed_reply'),
      createdAt: instant('created_at').notNull(),
    },
    (request) => [index('idempotent_requests_created').on(request.createdAt)],
  )

  return { apiKeys, auditEntries, auditMarks, idempotentRequests }
}
