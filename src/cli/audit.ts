import { Command, InvalidArgumentError } from 'commander'
import type { AuditEntry, ChainHead } from '../access/audit-chain.ts'
import type { ChainFault } from '../access/verify-audit.ts'
import type { ExitCode } from './exit-code.ts'
import { parseLimit } from './parse-limit.ts'
import { withParts } from './with-parts.ts'

type Json = { json?: true }
type ListOptions = Json & { person?: string; since?: Date; after?: number; limit: number }

const FAULTS: Record<ChainFault, string> = {
  altered: 'is not what was written',
  missing: 'is missing',
  unlinked: 'does not follow the one before it',
  unmarked: 'is the last, and the sealed mark that would prove it is gone or cannot be opened',
}

/** `audit list|verify`: who did what to whom, and whether somebody has changed that record. */
export function auditCommand(report: (code: ExitCode) => void): Command {
  const audit = new Command('audit').description(
    'who did what to whom; entries are chained by hashes',
  )
  audit
    .command('list')
    .description('the entries in their order, the oldest first')
    .option('--person <open_id>', 'about one person')
    .option(
      '--since <instant>',
      'from then on, such as 2026-11-20 or 2026-11-20T08:00:00Z',
      parseInstant,
    )
    .option('--after <sequence>', 'behind this entry, for the next page', parseSequence)
    .option('--limit <n>', 'how many at most', parseLimit, 100)
    .option('--json', 'print JSON')
    .action(async ({ person, since, after, limit, json }: ListOptions) => {
      const filter = { openId: person, since, after, limit }
      const entries = await withParts(({ store }) => store.audit.list(filter))
      if (json) console.log(JSON.stringify(entries.map(toShown), null, 2))
      else if (entries.length === 0) console.log('No entries.')
      else console.table(entries.map(toRow))
    })
  audit
    .command('verify')
    .description('walk the chain; exit code 1 when an entry was changed, removed or moved')
    .option(
      '--head <sequence:hash>',
      'a head noted earlier: proves the end also where the sealed mark is gone, and sets it anew',
      parseHead,
    )
    .option('--json', 'print JSON')
    .action(async ({ head, json }: Json & { head?: ChainHead }) => {
      const verdict = await withParts(async ({ access }) => {
        const found = await access.verifyAudit(head ? { expected: head } : {})
        if (found.ok && head) await access.auditMark.settle(found.head)
        return found
      })
      const last = `${verdict.head.sequence}:${verdict.head.hash}`
      if (json) console.log(JSON.stringify({ ...verdict, head: last }))
      else if (verdict.ok) console.log(`Whole: ${verdict.entries} entries. Head: ${last}`)
      else {
        console.error(
          `Entry ${verdict.sequence} ${FAULTS[verdict.fault]}. Right up to ${last}; keep the database and look into it.`,
        )
      }
      report(verdict.ok ? 0 : 1)
    })
  return audit
}

function toShown({ appId, openId, previousHash, at, ...entry }: AuditEntry) {
  return {
    ...entry,
    at: at.toISOString(),
    app_id: appId,
    open_id: openId,
    previous_hash: previousHash,
  }
}

function toRow({ sequence, at, actor, action, outcome, openId, detail }: AuditEntry) {
  const count = typeof detail.count === 'number' ? detail.count : 1
  return { sequence, at: at.toISOString(), actor, action, outcome, open_id: openId, count }
}

function parseInstant(text: string): Date {
  const instant = new Date(text)
  if (Number.isNaN(instant.getTime())) {
    throw new InvalidArgumentError('Write an instant such as 2026-11-20T08:00:00Z.')
  }
  return instant
}

function parseSequence(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('Give the number of an entry.')
  return Number(text)
}

function parseHead(text: string): ChainHead {
  const [, sequence, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? []
  if (!sequence || !hash) {
    throw new InvalidArgumentError('Give the head as audit verify prints it: sequence:hash.')
  }
  return { sequence: Number(sequence), hash }
}
