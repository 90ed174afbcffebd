import type { IncomingMessage } from 'node:http'

/** A request body: an object, and whether something else was there. */
export type ReadBody = { body: Record<string, unknown>; malformed: boolean }

const largestBytes = 4 * 1024 * 1024

/**
 * Reads a body as a JSON object or a form. The official SDK sends `{}` with GET requests and posts
 * JSON; OAuth clients post forms.
 */
export async function readBody(request: IncomingMessage): Promise<ReadBody> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    const piece: Buffer = Buffer.from(chunk)
    bytes += piece.length
    if (bytes <= largestBytes) chunks.push(piece)
  }
  if (bytes > largestBytes) return { body: {}, malformed: true }
  const raw = Buffer.concat(chunks).toString('utf8')
  if (raw.trim() === '') return { body: {}, malformed: false }
  const contentType = request.headers['content-type'] ?? ''
  return contentType.includes('application/x-www-form-urlencoded') ? form(raw) : jsonObject(raw)
}

function form(raw: string): ReadBody {
  return { body: Object.fromEntries(new URLSearchParams(raw)), malformed: false }
}

function jsonObject(raw: string): ReadBody {
  try {
    const parsed: unknown = JSON.parse(raw)
    if (isObject(parsed)) return { body: parsed, malformed: false }
  } catch {
    // Reported as malformed below; each route has its own error for that.
  }
  return { body: {}, malformed: true }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
