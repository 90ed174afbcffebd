import { sqliteDialect } from './dialects.ts'
import { createSchema } from './schema.ts'

/** The tables in SQLite, as drizzle-kit reads them. */
export const { sessions, attempts, grants, upkeeps, seenEvents, writeProbe } =
  createSchema(sqliteDialect)
