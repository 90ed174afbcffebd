/** What a look at a database tells; null where it could not be seen, or makes no sense for this engine. */
export type DatabaseInspection = {
  engine: 'sqlite' | 'postgres'
  /** Everything is lost when the process ends. */
  isInMemory: boolean
  /** False for a SQLite file that the first start will make. */
  exists: boolean
  /** Why it cannot be opened, in the driver's words; null when it can. */
  trouble: string | null
  /** Why it cannot be written; null when it can. */
  writeTrouble: string | null
  /** What SQLite's quick check complains of; empty when all is well. */
  damage: readonly string[] | null
  migrations: { applied: number; known: number } | null
  diskFreeBytes: number | null
}
