import type { EmulatedApp } from '../cast.ts'
import type { EmulatorRequest } from '../router.ts'
import { optional, refuse } from './oauth-refusal.ts'

/**
 * Checks who asks for a token. The documented way is `client_id` and `client_secret` in the body;
 * Basic beside them is 20070. Basic alone is documented for revocation only (`allowBasic`).
 */
export function authenticateClient(
  app: EmulatedApp,
  { headers, body }: EmulatorRequest,
  { allowBasic }: { allowBasic: boolean },
): void {
  const basic = parseBasic(headers.authorization)
  const inBody = { id: optional(body, 'client_id'), secret: optional(body, 'client_secret') }
  if (basic !== null && inBody.secret !== null) refuse(20070)
  const { id, secret } = allowBasic && basic !== null ? basic : inBody
  if (id === null || secret === null) refuse(20001)
  if (id !== app.appId) refuse(20048)
  if (secret !== app.appSecret) refuse(20002)
}

function parseBasic(header: string | undefined): { id: string; secret: string } | null {
  const encoded = /^Basic +(\S+)$/i.exec(header ?? '')?.[1]
  if (encoded === undefined) return null
  const decoded = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = decoded.indexOf(':')
  if (colon === -1) return { id: decoded, secret: '' }
  return { id: formDecode(decoded.slice(0, colon)), secret: formDecode(decoded.slice(colon + 1)) }
}

// RFC 6749 section 2.3.1 form-encodes both halves before base64.
function formDecode(value: string): string {
  return new URLSearchParams(`v=${value}`).get('v') ?? value
}
