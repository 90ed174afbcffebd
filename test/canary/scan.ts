import type { Canary, SecretKind } from './canaries.ts'

/** Somewhere a secret could surface, as it was written, served or stored. */
export type Surface = { name: string; text: string }

/** A secret where it must not be: which kind, where, and what stands before it. */
export type Leak = { kind: SecretKind; surface: string; after: string }

/** So much of a secret is a leak already: logs cut texts and databases cut pages. */
const WINDOW = 16
const BEFORE = 60

/**
 * Creates the search for secrets, or long enough pieces of them, as they are, in hexadecimal, in
 * base64 at any alignment and in URLs. Bytes are searched as latin1 text.
 */
export function createScan(canaries: readonly Canary[]): (surface: Surface) => Leak[] {
  const kinds = new Map<string, SecretKind>()
  // Most places are passed over by their first three characters: megabytes of database would take seconds.
  const starts = new Uint8Array(1 << 24)
  for (const { kind, value } of canaries) {
    if (value.length < WINDOW)
      throw new Error(`a canary of ${value.length} characters is no canary`)
    for (const spelling of spellings(value)) {
      for (const piece of pieces(spelling)) {
        kinds.set(piece, kind)
        starts[startOf(piece, 0)] = 1
      }
    }
  }

  return ({ name, text }) => {
    const leaks: Leak[] = []
    for (let at = 0; at + WINDOW <= text.length; at++) {
      if (starts[startOf(text, at)] === 0) continue
      const kind = kinds.get(text.slice(at, at + WINDOW))
      if (kind === undefined) continue
      leaks.push({ kind, surface: name, after: text.slice(Math.max(0, at - BEFORE), at) })
      at += WINDOW - 1
    }
    return leaks
  }
}

function startOf(text: string, at: number): number {
  const byte = (offset: number) => text.charCodeAt(at + offset) & 255
  return (byte(0) << 16) | (byte(1) << 8) | byte(2)
}

/** Any stretch of a secret twice as long as a window holds one of these pieces whole. */
function pieces(spelling: string): string[] {
  const starts = [spelling.length - WINDOW]
  for (let start = 0; start + WINDOW <= spelling.length; start += WINDOW) starts.push(start)
  return starts.map((start) => spelling.slice(start, start + WINDOW))
}

/** Every way a secret could be written down. */
export function spellings(value: string): string[] {
  const bytes = Buffer.from(value)
  const hex = bytes.toString('hex')
  const base64 = [0, 1, 2].map((shift) => inBase64(bytes, shift))
  const base64url = base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))
  const all = [value, encodeURIComponent(value), hex, hex.toUpperCase(), ...base64, ...base64url]
  return [...new Set(all)].filter((spelling) => spelling.length >= WINDOW)
}

/** The part of the base64 that is the same whatever stands `shift` bytes before and behind. */
function inBase64(bytes: Buffer, shift: number): string {
  const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64')
  const mixedAtStart = shift === 0 ? 0 : shift + 1
  const whole = Math.floor((shift + bytes.length) / 3) * 4
  return text.slice(mixedAtStart, whole)
}
