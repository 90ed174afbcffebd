import { getTableColumns } from 'drizzle-orm'
import type { Schema } from './schema.ts'

/** The columns that make a grant; the others are only the store's. */
export function columnsOfGrant(grants: Schema['grants']) {
  const { sealedWith: _key, adopted: _schedule, ...columns } = getTableColumns(grants)
  return columns
}
