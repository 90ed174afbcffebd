/** Between the steps of a long count others have their turn: SQLite works in the thread that also answers requests. */
export function letOthers(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
