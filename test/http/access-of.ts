import type { AuditNote } from '../../src/access/audit.ts'
import type { Client } from '../../src/access/clients.ts'
import type { Permissions } from '../../src/access/permissions.ts'
import { EVERYTHING } from '../../src/access/permits.ts'
import type { HttpNeighbours } from '../../src/http/http-neighbours.ts'
import { createRequestScope } from '../../src/request-scope.ts'

/** Who may call in a test, by the secret they send. */
export type KnownClients = Readonly<Record<string, { name: string; permissions?: Permissions }>>

/** Who may call, and what is recorded of them. */
export function accessOf(
  clients: KnownClients,
  recorded: AuditNote[] = [],
): HttpNeighbours['access'] {
  return {
    clients: {
      known: find,
      find: async (secret) => find(secret),
      findUnguessable: async (secret) => find(secret),
      isStillKnown: async ({ name }) => Object.values(clients).some((known) => known.name === name),
      forget: () => {},
    },
    callers: createRequestScope().callers,
    audit: {
      note: (note) => void recorded.push(note),
      handOut: async (note) => void recorded.push(note),
      close: async () => {},
    },
  }

  function find(secret: string): Client | null {
    const client = Object.hasOwn(clients, secret) ? clients[secret] : undefined
    return client ? { permissions: EVERYTHING, ...client } : null
  }
}
