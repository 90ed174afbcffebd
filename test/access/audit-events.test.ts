import { expect, it } from 'vitest'
import type { AuditNote } from '../../src/access/audit.ts'
import { createAuditEvents } from '../../src/access/audit-events.ts'

it.each([
  ['pkce_failed', 'person'],
  // No person had a hand in it: it is told of whoever asked.
  ['card_undeliverable', undefined],
] as const)('a request that failed by %s is recorded of %s', (reason, actor) => {
  const noted: AuditNote[] = []
  const listen = createAuditEvents({ note: (note) => noted.push(note) })
  listen({ type: 'attempt_failed', session: null, reason, error: new Error('any') })
  expect(noted).toEqual([{ action: 'authorization_failed', outcome: reason, actor }])
})
