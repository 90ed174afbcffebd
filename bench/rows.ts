import type { Measured } from './measure-pair.ts'
import type { Start } from './measure-starts.ts'

/** One line of the table. */
export type Row = {
  name: string
  unit: '/s' | 'ms' | 'MB'
  /** Null where the system does not tell. */
  service: number | null
  /** Null where the floor has nothing like it. */
  floor: number | null
  /** The service's value divided by the floor's. */
  ratio: number | null
  /** What the service should reach, or what bounds it. */
  goal: string | null
}

/** Makes one row, with its ratio. */
export function row(values: Omit<Row, 'ratio' | 'goal'> & { goal?: string }): Row {
  const { name, unit, service, floor, goal = null } = values
  const ratio = service === null || floor === null ? null : service / floor
  return { name, unit, service, floor, ratio, goal }
}

/** The rows of one kind of request. */
export function rowsOfLoad(
  name: string,
  { service, floor }: { service: Measured; floor: Measured },
): Row[] {
  return [
    row({ name, unit: '/s', service: service.perSecond, floor: floor.perSecond }),
    row({ name: `${name}, p99`, unit: 'ms', service: service.p99Ms, floor: floor.p99Ms }),
    row({
      name: `${name}, processor time each`,
      unit: 'ms',
      service: service.cpuMs,
      floor: floor.cpuMs,
    }),
  ]
}

/** The rows of the start and of memory. */
export function rowsOfStart(
  { service, floor }: { service: Start; floor: Start },
  loadedMb: { service: number | null; floor: number | null },
): Row[] {
  return [
    row({
      name: 'spawn → ready',
      unit: 'ms',
      service: service.readyMs,
      floor: floor.readyMs,
      goal: '< 1000',
    }),
    row({
      name: 'spawn → ready, processor time',
      unit: 'ms',
      service: service.cpuMs,
      floor: floor.cpuMs,
    }),
    row({
      name: 'resident memory, ready',
      unit: 'MB',
      service: service.residentMb,
      floor: floor.residentMb,
      goal: '< 150',
    }),
    row({
      name: 'resident memory, after the load',
      unit: 'MB',
      service: loadedMb.service,
      floor: loadedMb.floor,
    }),
  ]
}
