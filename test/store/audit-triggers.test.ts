import { PGlite } from '@electric-sql/pglite'
import Database from 'better-sqlite3'
import { drizzle as drizzleSqlite } from 'drizzle-orm/better-sqlite3'
import { migrate as migrateSqlite } from 'drizzle-orm/better-sqlite3/migrator'
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite'
import { migrate as migratePglite } from 'drizzle-orm/pglite/migrator'
import { describe, expect, it } from 'vitest'
import { keepStatements } from '../../src/store/keep-statements.ts'
import { findMigrations } from '../../src/store/migrations.ts'

const INSERT = `insert into audit_entries
  (sequence, at, actor, action, outcome, detail, previous_hash, hash)
  values (1, AT, 'cli', 'keys_rotated', 'done', '{}', 'genesis', 'h1')`
const UPDATE = "update audit_entries set outcome = 'forbidden'"
const DELETE = 'delete from audit_entries where sequence = 1'

describe('the audit record only grows', () => {
  it('on SQLite', () => {
    const connection = new Database(':memory:')
    keepStatements(connection)
    migrateSqlite(drizzleSqlite(connection), findMigrations('sqlite'))
    connection.exec(INSERT.replace('AT', '1'))
    for (const statement of [UPDATE, DELETE]) {
      expect(() => connection.exec(statement)).toThrow('audit_entries only grows')
    }
    const rows = connection.prepare('select outcome from audit_entries').pluck().all()
    expect(rows).toEqual(['done'])
    connection.close()
  })

  it('on Postgres', { timeout: 120_000 }, async () => {
    const client = new PGlite()
    await migratePglite(drizzlePglite(client), findMigrations('postgres'))
    await client.exec(INSERT.replace('AT', 'now()'))
    for (const statement of [UPDATE, DELETE, 'truncate audit_entries']) {
      await expect(client.exec(statement)).rejects.toThrow('audit_entries only grows')
    }
    const { rows } = await client.query('select outcome from audit_entries')
    expect(rows).toEqual([{ outcome: 'done' }])
    await client.close()
  })
})
