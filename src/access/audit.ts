import type { Clock } from '../auth/ports.ts'
import type { AuditAction, AuditDetail } from './audit-chain.ts'
import type { AuditWriter } from './audit-writer.ts'
import type { Actor, Callers } from './callers.ts'

/** How strictly the record is kept; `AUDIT_MODE`. */
export type AuditMode = 'batched' | 'strict' | 'off'

/** What happened; who did it and during which request is known already. */
export type AuditNote = {
  action: AuditAction
  /** Default `done`. */
  outcome?: string | undefined
  appId?: string | undefined
  openId?: string | undefined
  /** No secret may be in it. */
  detail?: AuditDetail | undefined
  /** In place of the one for whom the running work is done. */
  actor?: Actor | undefined
}

/** The record of who did what to whom. */
export interface Audit {
  /** Records what happened; never waits and never throws. */
  note(note: AuditNote): void
  /**
   * Records that a token is about to be handed out; in `strict` mode it resolves when that is on disk.
   * @throws {StoreUnavailableError} in `strict` mode, when it could not be written: the token must stay here then.
   */
  handOut(note: AuditNote): Promise<void>
  /** Writes what waits; the store must still be open. */
  close(): Promise<void>
}

/** Creates the record in its mode. */
export function createAudit({
  mode,
  writer,
  clock,
  callers,
  requestId = () => null,
}: {
  mode: AuditMode
  writer: AuditWriter
  clock: Pick<Clock, 'now'>
  callers: Pick<Callers, 'current'>
  /** The id of the HTTP request that is being answered, if any. */
  requestId?: (() => string | null) | undefined
}): Audit {
  return {
    note(note) {
      if (mode !== 'off') writer.add(factOf(note))
    },
    async handOut(note) {
      if (mode === 'strict') await writer.write(factOf(note))
      else if (mode === 'batched') writer.add(factOf(note))
    },
    close: () => writer.close(),
  }

  function factOf({ action, outcome = 'done', appId, openId, detail = {}, actor }: AuditNote) {
    const request = requestId()
    return {
      at: clock.now(),
      actor: actor ?? callers.current(),
      action,
      outcome,
      appId: appId ?? null,
      openId: openId ?? null,
      detail: request === null ? detail : { ...detail, request_id: request },
    }
  }
}
