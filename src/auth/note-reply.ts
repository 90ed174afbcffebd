import type { AppCircuit } from './app-circuit.ts'
import type { RefreshBudget } from './refresh-budget.ts'
import type { RefreshReply } from './refresh-outcome.ts'

/** Draws from a reply what it tells about the app and about Feishu, whoever it was for. */
export function noteReply(
  { circuit, budget }: { circuit: AppCircuit; budget: RefreshBudget },
  appId: string,
  reply: RefreshReply,
): void {
  if (reply.kind === 'app_wide') circuit.open(appId, reply.error)
  else if (isTrouble(reply)) circuit.noteTrouble(appId, reply.error)
  else if (reply.kind === 'setback') noteSetback(reply)
  else circuit.close(appId)

  function noteSetback({ reason, error, retryAfterSeconds }: Setback): void {
    if (reason === 'rate_limited') budget.pause(appId, retryAfterSeconds ?? 1)
    else if (reason === 'upstream' || reason === 'timeout' || reason === 'network') {
      circuit.noteTrouble(appId, error)
    } else circuit.close(appId)
  }
}

function isTrouble(
  reply: RefreshReply,
): reply is Extract<RefreshReply, { kind: 'ambiguous' | 'unexplained' }> {
  return reply.kind === 'ambiguous' || (reply.kind === 'unexplained' && reply.mayBeSpent)
}

type Setback = Extract<RefreshReply, { kind: 'setback' }>
