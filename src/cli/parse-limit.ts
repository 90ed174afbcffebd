import { InvalidArgumentError } from 'commander'

/** Reads how many rows a list may have, 1 to 1000. */
export function parseLimit(text: string): number {
  const limit = Number(text)
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) {
    throw new InvalidArgumentError('Give a whole number from 1 to 1000.')
  }
  return limit
}
