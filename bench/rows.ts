import type { Measured } from './measure-pair.ts'
import type { Start } from './measure-starts.ts'

/** One line of the table. */
export type Row = {
  name: string
  unit: '/s' | 'ms' | 'µs' | 'MB'
  /** Null where the system does not tell. */
  service: number | null
  /** What stands beside the service. */
  beside: string
  /** Its value; null where it has nothing like it. */
  other: number | null
  /** The service's value divided by the other's. */
  ratio: number | null
  /** What the service should reach, or what bounds it. */
  goal: string | null
  /** Whether the goal was met in this run; null where there is none, or nothing was measured. */
  isMet: boolean | null
}

/** A bound on the service's value, or on its ratio to what stands beside it. */
export type Goal = { of: 'value' | 'ratio'; least?: number; most?: number }

/** Makes one row, with its ratio and its verdict. */
export function row(
  values: Pick<Row, 'name' | 'unit' | 'service'> & {
    beside?: string
    other?: number | null
    goal?: Goal | string
  },
): Row {
  const { name, unit, service, beside = 'floor', other = null, goal } = values
  const ratio = service === null || other === null ? null : service / other
  const line = { name, unit, service, beside: other === null ? '' : beside, other, ratio }
  if (goal === undefined || typeof goal === 'string') {
    return { ...line, goal: goal ?? null, isMet: null }
  }
  const { of, least, most } = goal
  const text = [
    ...(least === undefined ? [] : [`≥ ${least}`]),
    ...(most === undefined ? [] : [`≤ ${most}`]),
  ].join(', ')
  const measured = of === 'ratio' ? ratio : service
  const isMet =
    measured === null
      ? null
      : measured >= (least ?? Number.NEGATIVE_INFINITY) &&
        measured <= (most ?? Number.POSITIVE_INFINITY)
  return { ...line, goal: of === 'ratio' ? `ratio ${text}` : `${text} ${unit}`, isMet }
}

/** The rows of one kind of request. */
export function rowsOfLoad(
  name: string,
  { service, floor }: { service: Measured; floor: Measured },
  goal?: Goal,
): Row[] {
  return [
    row({
      name,
      unit: '/s',
      service: service.perSecond,
      other: floor.perSecond,
      ...(goal && { goal }),
    }),
    row({ name: `${name}, p99`, unit: 'ms', service: service.p99Ms, other: floor.p99Ms }),
    row({
      name: `${name}, processor time each`,
      unit: 'ms',
      service: service.cpuMs,
      other: floor.cpuMs,
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
      other: floor.readyMs,
      goal: { of: 'value', most: 1000 },
    }),
    row({
      name: 'spawn → ready, processor time',
      unit: 'ms',
      service: service.cpuMs,
      other: floor.cpuMs,
    }),
    row({
      name: 'resident memory, ready',
      unit: 'MB',
      service: service.residentMb,
      other: floor.residentMb,
      goal: { of: 'value', most: 150 },
    }),
    row({
      name: 'resident memory, after the load',
      unit: 'MB',
      service: loadedMb.service,
      other: loadedMb.floor,
    }),
  ]
}
