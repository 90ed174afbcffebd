import { defineConfig } from 'drizzle-kit'

/** Generates the migrations of Postgres; `npm run db:generate` runs it. */
export default defineConfig({
  dialect: 'postgresql',
  schema: './src/store/postgres-schema.ts',
  out: './drizzle/postgres',
})
