import { createHash } from 'node:crypto'
import type { AuthorizationCode } from './oauth-ledger.ts'
import { refuse } from './oauth-refusal.ts'

/** The version of a token endpoint. */
export type EndpointVersion = 'v2' | 'v3'

/**
 * Checks a code's PKCE verifier (RFC 7636). Without a challenge v2 ignores a verifier and v3 rejects
 * it; with `pkceOnV3` off v3 fails every code that has a challenge, as some deployments were seen to.
 */
export function checkVerifier(
  { challenge }: AuthorizationCode,
  verifier: string | null,
  { version, pkceOnV3 }: { version: EndpointVersion; pkceOnV3: boolean },
): void {
  if (challenge === null) {
    if (verifier !== null && version === 'v3') refuse(20049)
    return
  }
  if (version === 'v3' && !pkceOnV3) refuse(20049)
  if (verifier === null || !/^[A-Za-z0-9\-._~]{43,128}$/.test(verifier)) refuse(20049)
  const expected =
    challenge.method === 'plain'
      ? verifier
      : createHash('sha256').update(verifier).digest('base64url')
  if (expected !== challenge.value) refuse(20049)
}
