import { randomInt, randomUUID } from 'node:crypto'
import { randomHex } from '../ids.ts'

/** The service id of the emulated long connection; the client repeats it in each ping. */
export const SERVICE_ID = 33_554_678

/** The one-time tickets that open a long connection. */
export interface Tickets {
  /** The address of a new connection, `service_id` never first: the SDK swallows the first key. */
  issue(webSocketBase: string): string
  /** Takes a ticket; false when it was never issued or is already used. */
  spend(ticket: string | null): boolean
}

/** Creates the tickets. */
export function createTickets(): Tickets {
  const unused = new Set<string>()
  return {
    issue(webSocketBase) {
      const ticket = randomUUID()
      unused.add(ticket)
      const query = new URLSearchParams({
        fpid: '493',
        aid: '552564',
        device_id: `76${randomInt(10 ** 12, 10 ** 13)}`,
        access_key: randomHex(16),
        service_id: String(SERVICE_ID),
        ticket,
      })
      return `${webSocketBase}/ws/v2?${query}`
    },
    spend: (ticket) => ticket !== null && unused.delete(ticket),
  }
}
