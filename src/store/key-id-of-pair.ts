import type { SealedPair } from '../auth/ports.ts'
import { keyIdOf } from '../auth/token-cipher.ts'

/** Tells which key sealed a pair; null, that is unknown, when it was not one key or the values do not tell. */
export function keyIdOfPair({ sealedAccessToken, sealedRefreshToken }: SealedPair): string | null {
  const keyId = keyIdOf(sealedAccessToken)
  return sealedRefreshToken === null || keyIdOf(sealedRefreshToken) === keyId ? keyId : null
}
