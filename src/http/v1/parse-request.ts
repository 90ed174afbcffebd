import type { z } from 'zod'
import { type FieldProblem, HttpProblem } from '../problem.ts'

const MOST_FIELDS = 20
/** Whatever else stands where a name belongs may be a secret in the wrong place. */
const NAME_OF_A_FIELD = /^[\w.-]{1,30}$/

/** Parses what a caller sent; every field that is wrong is named at once, and no value is repeated. */
export function parseRequest<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.flatMap(fieldProblems).slice(0, MOST_FIELDS)
  throw new HttpProblem(
    'invalid_request',
    'Some fields are not valid; errors names each of them.',
    {
      fields,
    },
  )
}

function fieldProblems(issue: z.core.$ZodIssue): FieldProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      field: NAME_OF_A_FIELD.test(key) ? key : 'body',
      problem: 'There is no such field.',
    }))
  }
  const field = issue.path.join('.') || 'body'
  return [{ field, problem: issue.message }]
}
