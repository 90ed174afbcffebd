import { readFileSync } from 'node:fs'

/** What a process has used so far; null where the system does not tell (no `/proc`). */
export type Usage = { cpuMs: number | null; residentMb: number | null }

/** Linux counts processor time in hundredths of a second for user programs (`USER_HZ`), whatever the kernel's own tick. */
const TICK_MS = 10

/** Reads the processor time, all threads together, and the resident memory of a running process (proc(5)). */
export function readUsage(pid: number | undefined): Usage {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name of the program stands in brackets and may hold spaces: the fields are counted behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return {
      cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS,
      residentMb: Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024,
    }
  } catch {
    return { cpuMs: null, residentMb: null }
  }
}
