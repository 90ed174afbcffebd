import { TokenUnreadableError } from '../errors.ts'
import type { TokenCipher } from './ports.ts'

/** Tells why a sealed value could not be opened, whoever wanted to open it. */
export function watchCipher(
  cipher: TokenCipher,
  onUnreadable: ((reason: TokenUnreadableError['reason']) => void) | undefined,
): TokenCipher {
  if (onUnreadable === undefined) return cipher
  return {
    seal: cipher.seal,
    open(sealed, binding) {
      try {
        return cipher.open(sealed, binding)
      } catch (error) {
        if (error instanceof TokenUnreadableError) onUnreadable(error.reason)
        throw error
      }
    },
  }
}
