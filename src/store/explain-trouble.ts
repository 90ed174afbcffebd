import { StoreUnavailableError } from '../errors.ts'
import { toDriverError } from './driver-error.ts'

/** Tells whoever sits before it why a database cannot be used as a whole, with the driver's code and the next step. */
export function explainTrouble(operation: string, error: unknown): StoreUnavailableError {
  const cause = toDriverError(error)
  const { driverCode: code } = cause
  if (code === null) return new StoreUnavailableError(operation, cause)
  const advice = ADVICE.find(([pattern]) => pattern.test(code))?.[1]
  return new StoreUnavailableError(`${operation} (${code})`, cause, advice)
}

/** What to do about a database that cannot be used, by the code its driver gave. */
const ADVICE: readonly [RegExp, string][] = [
  [
    /^ECONNREFUSED$/,
    'Nobody listens there: start Postgres, or correct host and port in DATABASE_URL',
  ],
  [/^(ENOTFOUND|EAI_AGAIN)$/, 'Its host has no address: correct it in DATABASE_URL, or the DNS'],
  [/^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/, 'Nothing comes back from there: look at the firewall'],
  [/^28...$/, 'Postgres refuses the user or the password of DATABASE_URL: correct them'],
  [/^3D000$/, 'Postgres has no database of that name: make it with createdb, or correct the name'],
  [
    /^42501$/,
    'The user may not make tables: grant CREATE on the database and on the schema public',
  ],
  [/^53300$/, 'Postgres takes no more connections: raise max_connections, or run fewer instances'],
  [
    /^55P03$/,
    'Another instance has been migrating for a minute: look at its log, then start again',
  ],
  [/^57P..$/, 'Postgres itself is starting or stopping: start again in a moment'],
  [
    /CERT|SELF_SIGNED/,
    'The certificate of Postgres is not trusted: give its authority with sslrootcert in DATABASE_URL',
  ],
  [
    /^ERR_INVALID_URL$/,
    'DATABASE_URL is no address: characters such as @ : / # in a password must be percent-encoded',
  ],
  [/^SQLITE_NOTADB$/, 'That file is no SQLite database: correct DATABASE_URL, or restore a backup'],
  [/^SQLITE_CORRUPT/, 'The database is damaged: keep a copy of it, and restore a backup'],
  [/^(SQLITE_FULL|ENOSPC|EDQUOT|53100)$/, 'The disk is full: make room'],
  [/^SQLITE_BUSY/, 'Another process keeps the database locked: end it, then start again'],
  [
    /^(EACCES|EPERM|EROFS|SQLITE_CANTOPEN|SQLITE_READONLY|SQLITE_PERM)/,
    'The file and its folder must belong to the user of the service, on a disk that takes writes',
  ],
  [
    /^(EEXIST|ENOENT|ENOTDIR|EISDIR)$/,
    'Correct the path in DATABASE_URL: it leads through a file, or ends at a folder',
  ],
]
