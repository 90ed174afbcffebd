import { postgresDialect } from './dialects.ts'
import { createSchema } from './schema.ts'

/** The tables in Postgres, as drizzle-kit reads them. */
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
} = createSchema(postgresDialect)
