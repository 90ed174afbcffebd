import { and, asc, desc, eq, gt, gte, type SQL, sql } from 'drizzle-orm'
import type { AuditEntry } from '../access/audit-chain.ts'
import type { AuditFilter, AuditStore } from '../access/audit-store.ts'
import { toDriverError } from './driver-error.ts'
import type { Engine } from './engine.ts'

/** The most rows of one statement. */
const MOST_ROWS = 512
const THE_MARK = 1

/** Creates the statements on the audit chain: it only ever grows. */
export function createAuditEntries({
  database,
  schema: { auditEntries, auditMarks },
}: Engine): AuditStore {
  const insertOf = new Map<number, ReturnType<typeof prepareInsert>>()

  return {
    async head() {
      const { sequence, hash } = auditEntries
      const [head] = await database
        .select({ sequence, hash })
        .from(auditEntries)
        .orderBy(desc(sequence))
        .limit(1)
      return head ?? null
    },

    async append(entries) {
      const rows = entries.slice(0, rowsAtOnce(entries.length))
      try {
        await insertFor(rows.length).execute(parametersOf(rows))
        return rows.length
      } catch (error) {
        // Whoever chains to the same head takes the same sequence number; one of the two gets it.
        if (toDriverError(error).trouble === 'constraint') return 0
        throw error
      }
    },

    async list(filter) {
      return await database
        .select()
        .from(auditEntries)
        .where(matches(filter))
        .orderBy(asc(auditEntries.sequence))
        .limit(filter.limit)
    },

    async mark() {
      const [mark] = await database.select().from(auditMarks).where(eq(auditMarks.id, THE_MARK))
      return mark?.sealed ?? null
    },

    async keepMark(sealed, over) {
      const kept =
        over === null
          ? await database
              .insert(auditMarks)
              .values({ id: THE_MARK, sealed })
              .onConflictDoNothing()
              .returning({ id: auditMarks.id })
          : await database
              .update(auditMarks)
              .set({ sealed })
              .where(and(eq(auditMarks.id, THE_MARK), eq(auditMarks.sealed, over)))
              .returning({ id: auditMarks.id })
      return kept.length === 1
    },
  }

  function insertFor(count: number) {
    const insert = insertOf.get(count) ?? prepareInsert(count)
    insertOf.set(count, insert)
    return insert
  }

  /** Writing the text of so long a statement takes more time than carrying it out. */
  function prepareInsert(count: number) {
    const rows = Array.from({ length: count }, (_, row) => {
      const later = (name: keyof AuditEntry) => sql.placeholder(`${name}${row}`)
      return {
        sequence: later('sequence'),
        at: later('at'),
        actor: later('actor'),
        action: later('action'),
        outcome: later('outcome'),
        appId: later('appId'),
        openId: later('openId'),
        detail: later('detail'),
        previousHash: later('previousHash'),
        hash: later('hash'),
      }
    })
    return database.insert(auditEntries).values(rows).prepare(`append_${count}_audit_entries`)
  }

  function matches({ after = 0, openId, since }: AuditFilter): SQL | undefined {
    return and(
      gt(auditEntries.sequence, after),
      openId === undefined ? undefined : eq(auditEntries.openId, openId),
      since === undefined ? undefined : gte(auditEntries.at, since),
    )
  }
}

/** A power of two, so that there are few texts of this statement: SQLite keeps each (`keepStatements`). */
function rowsAtOnce(count: number): number {
  return Math.min(MOST_ROWS, 2 ** Math.floor(Math.log2(count)))
}

function parametersOf(rows: readonly AuditEntry[]): Record<string, unknown> {
  const parameters: Record<string, unknown> = {}
  for (const [row, entry] of rows.entries()) {
    for (const [name, value] of Object.entries(entry)) parameters[`${name}${row}`] = value
  }
  return parameters
}
