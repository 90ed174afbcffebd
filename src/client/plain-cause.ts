const DEEPEST = 4

/**
 * A copy of what went wrong, by name, message and code alone: whatever else hangs on an error may hold the request with its
 * key, and a message may quote it.
 */
export function plainCause(error: unknown, secret: string, depth = 0): Error {
  const { name, message, code, cause } = factsOf(error)
  const inner =
    cause === undefined || depth >= DEEPEST ? undefined : plainCause(cause, secret, depth + 1)
  const copy = new Error(
    message.replaceAll(secret, '…'),
    inner === undefined ? undefined : { cause: inner },
  )
  copy.name = name.replaceAll(secret, '…')
  return code === undefined ? copy : Object.assign(copy, { code: code.replaceAll(secret, '…') })
}

type CauseFacts = { name: string; message: string; code?: string; cause?: unknown }

function factsOf(error: unknown): CauseFacts {
  if (!(error instanceof Error))
    return { name: 'Error', message: 'Something else than an error was thrown.' }
  const { name, message, cause } = error
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return {
    name,
    message,
    ...(code !== undefined && { code }),
    ...(cause !== undefined && { cause }),
  }
}
