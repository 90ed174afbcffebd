import { defineConfig } from 'drizzle-kit'

/** Generates the migrations of SQLite; `npm run db:generate` runs it. */
export default defineConfig({
  dialect: 'sqlite',
  schema: './src/store/sqlite-schema.ts',
  out: './drizzle/sqlite',
})
