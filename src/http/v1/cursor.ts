import { z } from 'zod'
import type { SessionFilter } from '../../auth/ports.ts'
import { HttpProblem } from '../problem.ts'

type Position = NonNullable<SessionFilter['before']>

const LAST_INSTANT = 8.64e15
const position = z.tuple([z.int().min(0).max(LAST_INSTANT), z.string().regex(/^[\w-]{1,64}$/)])

/** Writes the place after the last session of a page. */
export function writeCursor({ createdAt, id }: Position): string {
  return Buffer.from(JSON.stringify([createdAt.getTime(), id]), 'utf8').toString('base64url')
}

/**
 * Reads a cursor that {@link writeCursor} made.
 * @throws {HttpProblem} `invalid_request` for anything else.
 */
export function readCursor(cursor: string): Position {
  const parsed = position.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString('utf8')))
  if (!parsed.success) {
    const fields = [{ field: 'cursor', problem: 'Must be the next_cursor of an earlier answer.' }]
    throw new HttpProblem('invalid_request', 'The cursor is not valid.', { fields })
  }
  const [createdAt, id] = parsed.data
  return { createdAt: new Date(createdAt), id }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
