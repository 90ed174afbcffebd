import type { Clock } from './ports.ts'

/** Stops the refreshes of an app whose configuration is at fault: it would fail for everybody. */
export interface AppCircuit {
  /** Tells whether a refresh may be tried; while open, one probe at a time once the pause is over. */
  permits(appId: string): boolean
  /** The app answered as it should. */
  close(appId: string): void
  /** The app was refused for a cause that hits everybody. */
  open(appId: string): void
  /** Seconds until the next probe; 0 when closed. */
  retryAfterSeconds(appId: string): number
  /** 0 closed, 1 half-open, 2 open, as metrics show it. */
  state(appId: string): 0 | 1 | 2
}

const FIRST_PAUSE_MS = 30_000
const LONGEST_PAUSE_MS = 15 * 60_000

/** Creates the circuit; it lives in memory, so each instance finds out and probes for itself. */
export function createAppCircuit({ clock }: { clock: Clock }): AppCircuit {
  const opened = new Map<string, { probeAt: number; pause: number; isProbing: boolean }>()
  return {
    permits(appId) {
      const circuit = opened.get(appId)
      if (!circuit) return true
      if (circuit.isProbing || clock.now().getTime() < circuit.probeAt) return false
      circuit.isProbing = true
      return true
    },
    close(appId) {
      opened.delete(appId)
    },
    open(appId) {
      const pause = Math.min((opened.get(appId)?.pause ?? FIRST_PAUSE_MS / 2) * 2, LONGEST_PAUSE_MS)
      opened.set(appId, { probeAt: clock.now().getTime() + pause, pause, isProbing: false })
    },
    retryAfterSeconds(appId) {
      const circuit = opened.get(appId)
      const left = circuit ? (circuit.probeAt - clock.now().getTime()) / 1000 : 0
      return Math.max(0, Math.ceil(left))
    },
    state(appId) {
      const circuit = opened.get(appId)
      if (!circuit) return 0
      return circuit.isProbing ? 1 : 2
    },
  }
}
