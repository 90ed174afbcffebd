import { maskSecrets } from './mask-secrets.ts'

/** One thing that crossed the wire; secrets and tokens are already masked. */
export type TranscriptEntry = {
  seq: number
  /** Milliseconds since the epoch, by the emulator's clock. */
  at: number
  kind: 'api' | 'frame_in' | 'frame_out' | 'sim' | 'page'
  method?: string
  path?: string
  status?: number
  /** How long the answer took, by the machine's clock. */
  ms?: number
  logId?: string
  request?: unknown
  response?: unknown
  connectionId?: string
  messageId?: string
}

/** What happened between the emulator and its clients, newest last. */
export interface Transcript {
  /** Masks and keeps an entry, and tells the listeners. */
  add(entry: Omit<TranscriptEntry, 'seq' | 'at'>): TranscriptEntry
  entries(): TranscriptEntry[]
  onEntry(listener: (entry: TranscriptEntry) => void): () => void
  clear(): void
}

const kept = 1000

/** Creates an empty transcript that keeps the newest thousand entries. */
export function createTranscript(now: () => number): Transcript {
  let seq = 0
  const entries: TranscriptEntry[] = []
  const listeners = new Set<(entry: TranscriptEntry) => void>()
  return {
    add(added) {
      seq += 1
      const entry: TranscriptEntry = { seq, at: now(), ...added }
      if (added.request !== undefined) entry.request = maskSecrets(added.request)
      if (added.response !== undefined) entry.response = maskSecrets(added.response)
      entries.push(entry)
      if (entries.length > kept) entries.shift()
      for (const listener of listeners) listener(entry)
      return entry
    },
    entries: () => [...entries],
    onEntry(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    clear() {
      entries.length = 0
    },
  }
}
