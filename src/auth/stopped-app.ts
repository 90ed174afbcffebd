import type { AppCircuit } from './app-circuit.ts'
import { type RefreshResult, setback } from './refresh-grant-result.ts'

/** What a refresh comes to while the refreshes of its app are stopped; null while they are not. */
export function stoppedApp(circuit: AppCircuit, appId: string): RefreshResult | null {
  const seconds = circuit.retryAfterSeconds(appId)
  const cause = circuit.cause(appId)
  return seconds > 0 && cause ? setback(cause.reason, cause.error, seconds) : null
}
