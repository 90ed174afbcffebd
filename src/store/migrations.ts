import { fileURLToPath } from 'node:url'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { SchemaTooNewError } from '../errors.ts'

/** Where the generated migrations of an engine are, and the table that counts those applied. */
export type Migrations = { migrationsFolder: string; migrationsTable: string; known: number }

/** Finds the migrations beside `src` and `dist` alike; both stand next to `drizzle`. */
export function findMigrations(engine: 'sqlite' | 'postgres'): Migrations {
  const migrationsFolder = fileURLToPath(new URL(`../../drizzle/${engine}`, import.meta.url))
  return {
    migrationsFolder,
    // Not the default name, so that another product may share the database.
    migrationsTable: 'feishu_card_auth_migrations',
    known: readMigrationFiles({ migrationsFolder }).length,
  }
}

/** Refuses a database that a newer version has migrated: its columns may mean something else by now. */
export function refuseNewerSchema(applied: number, { known }: Migrations): void {
  if (applied > known) throw new SchemaTooNewError(applied, known)
}
