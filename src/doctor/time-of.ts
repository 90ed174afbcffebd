/** An instant as findings tell it, such as `2026-11-20T08:00:00Z`. */
export function timeOf(instant: Date): string {
  return instant.toISOString().replace(/\.\d+Z$/, 'Z')
}
