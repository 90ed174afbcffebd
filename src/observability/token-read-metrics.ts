import { Counter, Histogram, type Registry } from 'prom-client'
import type { AuthEvent } from '../auth/events.ts'
import type { TokenAskedOutcome, TokenAskedPath } from '../auth/grant-events.ts'
import { READ_SECONDS } from './buckets.ts'
import { inSet, OTHER } from './label-sets.ts'

/** What a caller had to wait for: nothing, a refresh, or a person. */
export const READ_PATHS = ['hot', 'refresh', 'wait'] as const satisfies readonly TokenAskedPath[]

/** What a caller got. */
export const READ_OUTCOMES = [
  'hit',
  'refreshed',
  'needs_auth',
  'denied',
  'transient',
] as const satisfies readonly (TokenAskedOutcome | 'denied')[]

const MOST_CLIENTS = 50

/** The metrics of requests for tokens. */
export interface TokenReadMetrics {
  observe(event: AuthEvent): void
  /** Takes note of a request that an API key was not permitted. */
  countDeniedToken(client: string): void
}

/** Registers the metrics of requests for tokens. */
export function createTokenReadMetrics(
  registry: Registry,
  {
    clientNames = [],
    currentClient = () => null,
  }: {
    /** The API keys that are told apart. */
    clientNames?: readonly string[] | undefined
    /** The name of the API key whose request is being answered, if any. */
    currentClient?: (() => string | null) | undefined
  },
): TokenReadMetrics {
  const clients = [...clientNames.slice(0, MOST_CLIENTS), OTHER]
  const duration = new Histogram({
    name: 'lark_service_token_get_duration_seconds',
    help: 'Time to answer a request for a token, by what it had to wait for.',
    labelNames: ['path'],
    buckets: READ_SECONDS,
    registers: [registry],
  })
  const reads = new Counter({
    name: 'lark_service_token_reads_total',
    help: 'Requests for tokens that ended, by the API key of the environment and what came of them.',
    labelNames: ['client', 'outcome'],
    registers: [registry],
  })
  for (const path of READ_PATHS) duration.zero({ path })
  for (const client of clients) {
    for (const outcome of READ_OUTCOMES) reads.inc({ client, outcome }, 0)
  }

  return {
    observe(event) {
      if (event.type !== 'token_asked') return
      duration.observe({ path: event.path }, event.seconds)
      reads.inc({ client: inSet(clients, currentClient() ?? OTHER), outcome: event.outcome })
    },
    countDeniedToken(client) {
      reads.inc({ client: inSet(clients, client), outcome: 'denied' })
    },
  }
}
