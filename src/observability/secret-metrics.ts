import { Counter, type Registry } from 'prom-client'
import type { TokenUnreadableError } from '../errors.ts'

/** Why a sealed value cannot be opened. */
export const UNREADABLE_REASONS = [
  'bad_key',
  'bad_binding',
  'malformed',
] as const satisfies readonly TokenUnreadableError['reason'][]

/** The metrics of sealed values. */
export interface SecretMetrics {
  countUnreadable(reason: TokenUnreadableError['reason']): void
}

/** Registers the counter of values that could not be opened. */
export function createSecretMetrics(registry: Registry): SecretMetrics {
  const unreadable = new Counter({
    name: 'lark_service_token_decrypt_failure_total',
    help: 'Sealed values that could not be opened: their key is missing, or they were moved or damaged.',
    labelNames: ['reason'],
    registers: [registry],
  })
  for (const reason of UNREADABLE_REASONS) unreadable.inc({ reason }, 0)
  return { countUnreadable: (reason) => unreadable.inc({ reason }) }
}
