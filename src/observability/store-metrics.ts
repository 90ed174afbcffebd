import { Counter, Histogram, type Registry } from 'prom-client'
import { STATEMENT_SECONDS } from './buckets.ts'
import { OTHER } from './label-sets.ts'

/** What can go wrong with a database. */
export const DB_TROUBLES = ['busy', 'constraint', 'io', 'connection', 'other'] as const

/** One statement that ended, named `part.method`; `trouble` is null when it went well. */
export type EndedStatement = {
  operation: string
  seconds: number
  trouble: (typeof DB_TROUBLES)[number] | null
}

/** The statements that people and callers wait for; the others are told apart by the part of the store alone. */
const WATCHED = [
  'sessions.find',
  'sessions.insert',
  'sessions.move',
  'attempts.consume',
  'grants.find',
  'grants.save',
  'grants.rotate',
  'upkeeps.claim',
  'upkeeps.openIntent',
  'upkeeps.release',
  'seen_events.markSeen',
  'census.count',
  'audit.append',
  'database.ping',
] as const

const PARTS = [
  'database',
  'sessions',
  'attempts',
  'grants',
  'upkeeps',
  'renewals',
  'revocations',
  'tidings',
  'seen_events',
  'time_zones',
  'idempotent_requests',
  'api_keys',
  'audit',
  'app_signs',
  'job_successes',
  'webhooks',
  OTHER,
] as const

/** The closed set of the label `operation`. */
export const DB_OPERATIONS: readonly string[] = [...WATCHED, ...PARTS]

/** The metrics of the database. */
export interface StoreMetrics {
  observeStatement(ended: EndedStatement): void
}

/** Registers the metrics of statements. */
export function createStoreMetrics(registry: Registry): StoreMetrics {
  const duration = new Histogram({
    name: 'lark_service_db_query_duration_seconds',
    help: 'Time a statement of the database took, well or not.',
    labelNames: ['operation'],
    buckets: STATEMENT_SECONDS,
    registers: [registry],
  })
  const errors = new Counter({
    name: 'lark_service_db_errors_total',
    help: 'Statements of the database that failed.',
    labelNames: ['operation', 'code'],
    registers: [registry],
  })
  for (const operation of DB_OPERATIONS) {
    duration.zero({ operation })
    for (const code of DB_TROUBLES) errors.inc({ operation, code }, 0)
  }
  return {
    observeStatement({ operation: name, seconds, trouble }) {
      const operation = labelOf(name)
      duration.observe({ operation }, seconds)
      if (trouble !== null) errors.inc({ operation, code: trouble })
    },
  }
}

function labelOf(operation: string): string {
  if (DB_OPERATIONS.includes(operation)) return operation
  const [part = OTHER] = operation.split('.', 1)
  return DB_OPERATIONS.includes(part) ? part : OTHER
}
