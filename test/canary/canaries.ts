import type { Received } from '../webhooks/receiver.ts'
import type { WireTap } from './wire-tap.ts'

/** Every kind of secret that must stay inside. */
export const SECRET_KINDS = [
  'access token',
  'refresh token',
  'tenant token',
  'authorization code',
  'PKCE verifier',
  'state',
  'ticket',
  'browser cookie',
  'app secret',
  'API key',
  'database API key',
  'idempotency key',
  'webhook secret',
  'webhook signature',
  'webhook address',
  'encryption key',
  'database password',
  'verification token',
  'long connection ticket',
  'card update token',
] as const

/** One kind of secret. */
export type SecretKind = (typeof SECRET_KINDS)[number]

/** A secret that was really in use, and must be found nowhere. */
export type Canary = { kind: SecretKind; value: string }

const KIND_OF_FIELD: Record<string, SecretKind> = {
  access_token: 'access token',
  token: 'access token',
  refresh_token: 'refresh token',
  tenant_access_token: 'tenant token',
  app_access_token: 'tenant token',
  code: 'authorization code',
  code_verifier: 'PKCE verifier',
  client_secret: 'app secret',
  app_secret: 'app secret',
  AppSecret: 'app secret',
}

/** Every secret that crossed the wire, each once. */
export function canariesOf({ exchanges, frames }: WireTap): Canary[] {
  const found = new Map<string, SecretKind>()
  const keep = (kind: SecretKind, value: string | undefined | null) => {
    if (value && !found.has(value)) found.set(value, kind)
  }
  for (const { path, request, response } of exchanges) {
    if (path.startsWith('/sim')) continue
    for (const [name, value] of [...fieldsOf(request), ...fieldsOf(response)]) {
      const kind = KIND_OF_FIELD[name]
      if (kind && typeof value === 'string') keep(kind, value)
      if (name === 'URL' && typeof value === 'string' && value !== '') {
        for (const secret of new URL(value).searchParams.values()) {
          if (secret.length >= 16 && !secret.startsWith('cli_')) {
            keep('long connection ticket', secret)
          }
        }
      }
    }
    for (const [, ticket] of request.matchAll(/\/auth\/([\w-]{43})/g)) keep('ticket', ticket)
  }
  for (const [, token] of frames().matchAll(/"token":"(c-[^"]+)"/g)) {
    keep('card update token', token)
  }
  return [...found].map(([value, kind]) => ({ kind, value }))
}

/** Every signature that a receiver of webhooks was shown; whoever has one can repeat what was told. */
export function signaturesOf(received: readonly Received[]): Canary[] {
  return received.flatMap(({ headers }) =>
    String(headers['webhook-signature'])
      .split(' ')
      .map((signature) => ({ kind: 'webhook signature', value: signature.replace('v1,', '') })),
  )
}

/** Names and values of a JSON or form body, however deep. */
function fieldsOf(body: string): [string, unknown][] {
  try {
    return deepFields(JSON.parse(body))
  } catch {
    return [...new URLSearchParams(body)]
  }
}

function deepFields(value: unknown): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => [[name, inner], ...deepFields(inner)])
}
