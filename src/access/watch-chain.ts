import type { Log } from '../auth/ports.ts'
import type { ChainHead } from './audit-chain.ts'
import type { AuditMark } from './audit-mark.ts'
import type { VerifyAudit } from './verify-audit.ts'

/** Looks at what has been added to the chain since the last look; the first look sees all of it. */
export type WatchChain = () => Promise<void>

/** Creates the job `audit_verify`: its head in the log is what a cut end can be told by. */
export function createWatchChain({
  verify,
  mark,
  log,
  onVerdict,
}: {
  verify: VerifyAudit
  mark: Pick<AuditMark, 'settle'>
  log: Log
  /** Told null when the look itself has failed. */
  onVerdict: (isRight: boolean | null) => void
}): WatchChain {
  let seen: ChainHead | undefined
  return async () => {
    const verdict = await verify(seen ? { from: seen, expected: seen } : {}).catch((error) => {
      onVerdict(null)
      throw error
    })
    onVerdict(verdict.ok)
    const { sequence, hash } = verdict.head
    if (verdict.ok) {
      seen = verdict.head
      log('info', 'audit_verified', { entries: verdict.entries, sequence, hash })
      // Also seals it with the newest key.
      await mark.settle(verdict.head)
      return
    }
    const { fault } = verdict
    log('error', 'audit_chain_broken', { sequence: verdict.sequence, fault, last_right: sequence })
  }
}
