import type { Clock, Log, TokenCipher } from '../auth/ports.ts'
import type { ApiKeyStore } from './api-key-store.ts'
import { type ApiKeys, createApiKeys } from './api-keys.ts'
import { type Audit, type AuditMode, createAudit } from './audit.ts'
import { type AuditMark, createAuditMark } from './audit-mark.ts'
import type { AuditStore } from './audit-store.ts'
import { createAuditWriter } from './audit-writer.ts'
import type { Callers } from './callers.ts'
import { type Clients, createClients, type EnvironmentKey } from './clients.ts'
import { createVerifyAudit, type VerifyAudit } from './verify-audit.ts'

/** Who may call, and the record of who did. */
export interface Access {
  clients: Clients
  apiKeys: ApiKeys
  callers: Callers
  audit: Audit
  verifyAudit: VerifyAudit
  auditMark: AuditMark
}

/** What this part needs from outside. */
export type AccessNeighbours = {
  store: { apiKeys: ApiKeyStore; audit: AuditStore }
  /** `API_KEYS`: they may do everything. */
  environmentKeys: readonly EnvironmentKey[]
  auditMode: AuditMode
  /** For whom the work is done. */
  callers: Callers
  /** The id of the HTTP request that is being answered, if any. */
  requestId?: (() => string | null) | undefined
  cipher: TokenCipher
  clock: Clock
  log: Log
}

/** Builds API keys and the audit record over one store. */
export function createAccess(neighbours: AccessNeighbours): Access {
  const { store, environmentKeys, auditMode, callers, requestId, cipher, clock, log } = neighbours
  const auditMark = createAuditMark({ store: store.audit, cipher })
  const writer = createAuditWriter({ store: store.audit, mark: auditMark, clock, log })
  const audit = createAudit({ mode: auditMode, writer, clock, callers, requestId })
  const clients = createClients({ environmentKeys, store: store.apiKeys, clock })
  return {
    clients,
    apiKeys: createApiKeys({
      store: store.apiKeys,
      clock,
      audit,
      onRevoked: clients.forget,
    }),
    callers,
    audit,
    verifyAudit: createVerifyAudit({ store: store.audit, mark: auditMark, clock }),
    auditMark,
  }
}
