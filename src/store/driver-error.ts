/** What kind of trouble a database had; a closed set, fit for a label of a metric. */
export type Trouble = 'busy' | 'constraint' | 'io' | 'connection' | 'other'

/** What a driver said, without any value of a statement: those are hashes, names and sealed tokens. */
export class DriverError extends Error {
  readonly trouble: Trouble
  /** A SQLSTATE, a SQLite result code or a code of the operating system; null when there was none. */
  readonly driverCode: string | null

  constructor(trouble: Trouble, driverCode: string | null, message: string) {
    super(message)
    this.name = 'DriverError'
    this.trouble = trouble
    this.driverCode = driverCode
  }
}

/** Keeps of a foreign error only what is safe to log. */
export function toDriverError(error: unknown): DriverError {
  if (error instanceof DriverError) return error
  const origin = originOf(error)
  if (!(origin instanceof Error)) return new DriverError('other', null, 'No reason was given.')
  const code = 'code' in origin && typeof origin.code === 'string' ? origin.code : null
  // Messages of SQLSTATE class 22 (data exceptions) quote the value they could not take.
  const message = code?.startsWith('22') ? `SQLSTATE ${code}` : `${code ?? ''} ${origin.message}`
  return new DriverError(troubleOf(code, origin), code, message.trim())
}

/** The query builder wraps errors in its own, whose message holds the statement and every parameter. */
function originOf(error: unknown): unknown {
  const isWrapper = error instanceof Error && !('code' in error) && error.cause instanceof Error
  return isWrapper ? originOf(error.cause) : error
}

const TROUBLES: readonly [RegExp, Trouble][] = [
  [/^SQLITE_(BUSY|LOCKED)/, 'busy'],
  [/^SQLITE_CONSTRAINT/, 'constraint'],
  [/^SQLITE_(IOERR|FULL|READONLY|CANTOPEN|CORRUPT|NOTADB|PERM)/, 'io'],
  [/^SQLITE_/, 'other'],
  // Serialization failure, deadlock, lock timeout, statement timeout.
  [/^(40...|55P03|57014)$/, 'busy'],
  [/^23...$/, 'constraint'],
  [/^(53[12]00|58...|XX...)$/, 'io'],
  // Connection, authorization, unknown database, too many connections, shutdown.
  [/^(08...|28...|3D...|53300|57P..)$/, 'connection'],
  [/^E(?!RR_)[A-Z_]+$/, 'connection'],
]

function troubleOf(code: string | null, origin: Error): Trouble {
  if (code !== null) return TROUBLES.find(([pattern]) => pattern.test(code))?.[1] ?? 'other'
  // node-postgres reports its own time-outs and lost connections as plain errors without a code.
  return origin.constructor === Error ? 'connection' : 'other'
}
