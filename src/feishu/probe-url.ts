import { axios } from './axios.ts'
import { createDeadline } from './deadline.ts'
import { isLoopback } from './hosts.ts'

/** Why nothing answered. */
export type ProbeFailure = 'dns' | 'refused' | 'tls' | 'timeout' | 'network'

/** What came of asking for a page: whatever was answered, or why nothing was. */
export type Probe =
  | {
      answered: true
      status: number
      /** The server's clock, from its `Date` header (RFC 9110 §6.6.1); null when it sent none. */
      date: Date | null
      /** By lower-case name. */
      header(name: string): string | null
      /** The page as text, its first 64 KiB. */
      text: string
    }
  | { answered: false; failure: ProbeFailure; code: string | null }

const LONGEST_TEXT = 64 * 1024
const MAX_BODY_BYTES = 4 * 1024 * 1024

/**
 * Asks for a page without following redirects; every status is an answer, and nothing is thrown. `isDirect` goes through no
 * proxy, as the long connection does.
 */
export async function probeUrl(
  url: string,
  {
    timeoutMs = 10_000,
    isDirect = isLoopback(url),
  }: { timeoutMs?: number | undefined; isDirect?: boolean } = {},
): Promise<Probe> {
  const deadline = createDeadline(timeoutMs)
  try {
    const reply = await axios.get<unknown>(url, {
      maxRedirects: 0,
      maxContentLength: MAX_BODY_BYTES,
      responseType: 'text',
      transformResponse: (body: unknown) => body,
      validateStatus: () => true,
      signal: deadline.signal,
      headers: { accept: 'text/html, application/json' },
      ...(isDirect ? { proxy: false as const } : {}),
    })
    const header = (name: string): string | null => {
      const value: unknown = Reflect.get(reply.headers, name)
      return typeof value === 'string' ? value : null
    }
    const date = new Date(header('date') ?? Number.NaN)
    return {
      answered: true,
      status: reply.status,
      date: Number.isNaN(date.getTime()) ? null : date,
      header,
      text: String(reply.data ?? '').slice(0, LONGEST_TEXT),
    }
  } catch (error) {
    const code =
      error instanceof Error && 'code' in error && typeof error.code === 'string'
        ? error.code
        : null
    return { answered: false, failure: failureOf(code), code }
  } finally {
    deadline.lift()
  }
}

function failureOf(code: string | null): ProbeFailure {
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'dns'
    case 'ECONNREFUSED':
      return 'refused'
    case 'ERR_CANCELED':
    case 'ECONNABORTED':
    case 'ETIMEDOUT':
      return 'timeout'
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
    case 'EPROTO':
      return 'tls'
    default:
      return code?.startsWith('CERT_') || code?.startsWith('ERR_SSL') ? 'tls' : 'network'
  }
}
