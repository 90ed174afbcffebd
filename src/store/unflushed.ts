import type Database from 'better-sqlite3'

/**
 * Commits one statement without waiting for the disk: it is seen by everybody at once and outlives every process, but a power
 * cut may undo it. For what may be lost then, and for nothing else (docs/decisions/0006-sqlite-synchronous-full.md).
 */
export type Unflushed = <Result>(query: { execute(): Promise<Result> }) => Promise<Result>

/** For an engine that offers no such choice: the statement waits for the disk like every other. */
export const flushed: Unflushed = (query) => query.execute()

/**
 * Creates the way past the disk of one connection.
 *
 * The setting belongs to the connection, so it holds for this statement alone only because better-sqlite3 carries it out before
 * `then` returns. The next commit that waits for the disk takes this one along: the log is written in order.
 */
export function createUnflushed(connection: Database.Database): Unflushed {
  return (query) => {
    connection.exec('pragma synchronous = NORMAL')
    try {
      return query.execute().then((result) => result)
    } finally {
      connection.exec('pragma synchronous = FULL')
    }
  }
}
