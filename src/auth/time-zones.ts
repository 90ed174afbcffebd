import { isTimeZone } from './quiet-hours.ts'
import type { GrantKey } from './upkeep.ts'

/** Where people are: Feishu tells the time zone of their device with every tap on a card, and nowhere else. */
export interface TimeZoneStore {
  /** Keeps what the last tap of a person has told; an IANA name. */
  note(person: GrantKey, timeZone: string, now: Date): Promise<void>
  find(person: GrantKey): Promise<string | null>
  deleteNotedBefore(before: Date, limit: number): Promise<number>
}

const LONGEST_NAME = 64

/** Reads a time zone as Feishu tells it; null when it is none that this runtime knows. */
export function parseTimeZone(value: unknown): string | null {
  if (typeof value !== 'string' || value === '' || value.length > LONGEST_NAME) return null
  return isTimeZone(value) ? value : null
}
