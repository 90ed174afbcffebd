import type { CardAuthError } from '../errors.ts'
import type { Clock } from './ports.ts'
import type { SetbackReason } from './refresh-outcome.ts'

/** Why an app's refreshes are stopped: its configuration is at fault, or Feishu is. */
export type CircuitCause = {
  reason: Extract<SetbackReason, 'config' | 'upstream'>
  error: CardAuthError
}

/** Stops the refreshes of an app where one refresh has told that all would fail. */
export interface AppCircuit {
  /** Tells whether a refresh may be tried; while open, one probe at a time once the pause is over. */
  permits(appId: string): boolean
  /** Feishu answered, and took the app for what it is. */
  close(appId: string): void
  /** The app was refused for a cause that hits everybody. */
  open(appId: string, error: CardAuthError): void
  /** Feishu did not answer as it should; several times in a row, whoever it was for, are an outage. */
  noteTrouble(appId: string, error: CardAuthError): void
  /** Tells whether Feishu has answered a refresh of this app since, whoever it was for. */
  hasAnsweredSince(appId: string, instant: Date): boolean
  /** Why it is open; null while it is closed. */
  cause(appId: string): CircuitCause | null
  /** Seconds until the next probe; 0 when closed. */
  retryAfterSeconds(appId: string): number
  /** 0 closed, 1 half-open, 2 open, as metrics show it. */
  state(appId: string): 0 | 1 | 2
}

const FIRST_PAUSE_MS = 30_000
const LONGEST_PAUSE_MS = 15 * 60_000
/** One lost connection is bad luck; so many in a row are not. */
const TROUBLES_OF_AN_OUTAGE = 3
/** A probe that was never settled, because its process had other trouble, blocks the next one no longer. */
const PROBE_MS = 30_000

type Opened = { cause: CircuitCause; pause: number; probeAt: number; isProbing: boolean }

/** Creates the circuit; it lives in memory, so each instance finds out and probes for itself. */
export function createAppCircuit({ clock }: { clock: Clock }): AppCircuit {
  const opened = new Map<string, Opened>()
  const troubles = new Map<string, number>()
  const answeredAt = new Map<string, number>()
  const now = () => clock.now().getTime()

  function trip(appId: string, cause: CircuitCause): void {
    const pause = Math.min((opened.get(appId)?.pause ?? FIRST_PAUSE_MS / 2) * 2, LONGEST_PAUSE_MS)
    opened.set(appId, { cause, pause, probeAt: now() + pause, isProbing: false })
  }

  return {
    permits(appId) {
      const circuit = opened.get(appId)
      if (!circuit) return true
      if (now() < circuit.probeAt) return false
      circuit.isProbing = true
      circuit.probeAt = now() + PROBE_MS
      return true
    },
    close(appId) {
      opened.delete(appId)
      troubles.delete(appId)
      answeredAt.set(appId, now())
    },
    open(appId, error) {
      troubles.delete(appId)
      answeredAt.set(appId, now())
      trip(appId, { reason: 'config', error })
    },
    noteTrouble(appId, error) {
      const count = (troubles.get(appId) ?? 0) + 1
      troubles.set(appId, count)
      const circuit = opened.get(appId)
      // Calls that were on their way when it opened tell nothing new.
      if (circuit ? circuit.isProbing : count >= TROUBLES_OF_AN_OUTAGE) {
        trip(appId, circuit?.cause ?? { reason: 'upstream', error })
      }
    },
    hasAnsweredSince: (appId, instant) => (answeredAt.get(appId) ?? 0) > instant.getTime(),
    cause: (appId) => opened.get(appId)?.cause ?? null,
    retryAfterSeconds(appId) {
      const circuit = opened.get(appId)
      return circuit ? Math.max(0, Math.ceil((circuit.probeAt - now()) / 1000)) : 0
    },
    state(appId) {
      const circuit = opened.get(appId)
      if (!circuit) return 0
      return circuit.isProbing ? 1 : 2
    },
  }
}
