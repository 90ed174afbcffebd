import { sqliteDialect } from './dialects.ts'
import { createSchema } from './schema.ts'

/** The tables in SQLite, as drizzle-kit reads them. */
export const {
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
  apiKeys,
  auditEntries,
  auditMarks,
  idempotentRequests,
} = createSchema(sqliteDialect)
