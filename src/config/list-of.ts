import { z } from 'zod'

/** Reads a list with commas in it and complains by the place in the list; `problemOf` gives null for a good entry. */
export function listOf(problemOf: (entry: string) => string | null, kind: string) {
  return z.string().transform((text, context) => {
    const entries = text.split(',').map((entry) => entry.trim())
    for (const [index, entry] of entries.entries()) {
      const problem = problemOf(entry)
      if (problem) context.addIssue({ code: 'custom', message: `${kind} ${index + 1} ${problem}` })
    }
    return entries
  })
}
