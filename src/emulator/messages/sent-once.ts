const ONE_HOUR_MS = 60 * 60 * 1000

/** Remembers which message a caller's `uuid` made, so that it makes at most one an hour. */
export interface SentOnce {
  messageOf(uuid: unknown): string | undefined
  remember(uuid: unknown, messageId: string): void
}

/** Creates the memory; `now` gives milliseconds. */
export function createSentOnce(now: () => number): SentOnce {
  const sent = new Map<string, { messageId: string; at: number }>()
  return {
    messageOf(uuid) {
      const found = typeof uuid === 'string' ? sent.get(uuid) : undefined
      return found !== undefined && now() - found.at < ONE_HOUR_MS ? found.messageId : undefined
    },
    remember(uuid, messageId) {
      if (typeof uuid === 'string' && uuid !== '') sent.set(uuid, { messageId, at: now() })
    },
  }
}
