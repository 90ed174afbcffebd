/** The same durability, pages and cache for everybody as the product's database has. */
export function tune(database) {
  for (const pragma of [
    'page_size = 8192',
    'journal_mode = WAL',
    'synchronous = FULL',
    'cache_size = -16384',
  ]) {
    database.pragma(pragma)
  }
}
