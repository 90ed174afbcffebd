import { matchPath } from './router.ts'

/** A failure to produce instead of, or around, the right answer. */
export type Fault = {
  /** Method and path, such as `POST /open-apis/im/v1/messages`; `*` and `:params` match; also `WS upgrade`, `WS callback`. */
  match: string
  status?: number
  /** Feishu's code in the body; filled in from the status when left out. */
  code?: number
  /** The whole body, sent as it is (a string) or as JSON. */
  body?: unknown
  contentType?: string
  headers?: Record<string, string>
  /** Waits before anything else, machine time. */
  delayMs?: number
  /** Closes the socket before the request is handled, or after it was handled and before the answer. */
  cut?: 'before' | 'after'
  /** How many requests it hits; default 1, 0 means until cleared. */
  times?: number
}

/** A fault in place, with how often it still strikes. */
export type ActiveFault = Fault & { id: string; left: number | 'until cleared' }

/** The faults in place. */
export interface Faults {
  inject(fault: Fault): { id: string }
  /** The first fault that matches, counted as struck. */
  take(method: string, path: string): ActiveFault | null
  list(): ActiveFault[]
  clear(): void
}

/** Creates an empty list of faults. */
export function createFaults(): Faults {
  let active: ActiveFault[] = []
  let seq = 0
  return {
    inject(fault) {
      seq += 1
      const id = `fault-${seq}`
      const times = fault.times ?? 1
      active.push({ ...fault, id, left: times === 0 ? 'until cleared' : times })
      return { id }
    },
    take(method, path) {
      const fault = active.find((candidate) => matches(candidate.match, method, path))
      if (fault === undefined) return null
      if (fault.left !== 'until cleared') {
        fault.left -= 1
        if (fault.left <= 0) active = active.filter((candidate) => candidate !== fault)
      }
      return fault
    },
    list: () => active.map((fault) => ({ ...fault })),
    clear() {
      active = []
    },
  }
}

function matches(match: string, method: string, path: string): boolean {
  const space = match.indexOf(' ')
  const wantedMethod = space === -1 ? '*' : match.slice(0, space).toUpperCase()
  const wantedPath = space === -1 ? match : match.slice(space + 1)
  if (wantedMethod !== '*' && wantedMethod !== method) return false
  return matchPath(wantedPath, path) !== null
}
