import type { Answer } from './answer.ts'

/** What the chat page hears about. */
export type StreamEventName =
  | 'message'
  | 'clock'
  | 'connections'
  | 'transcript'
  | 'people'
  | 'reset'

/** Server-sent events to every open chat page. */
export interface EventStream {
  publish(name: StreamEventName, payload: unknown): void
  /** An answer that stays open and receives everything published from now on. */
  subscribe(): Answer
  close(): void
}

const heartbeatMs = 15_000

/** Creates the stream; its heartbeat runs only while a page listens. */
export function createEventStream(): EventStream {
  const writers = new Set<(chunk: string) => void>()
  let heartbeat: NodeJS.Timeout | undefined

  function beat(): void {
    for (const write of writers) write(': still here\n\n')
  }

  function stopWhenAlone(): void {
    if (writers.size > 0) return
    clearInterval(heartbeat)
    heartbeat = undefined
  }

  return {
    publish(name, payload) {
      for (const write of writers) write(`event: ${name}\ndata: ${JSON.stringify(payload)}\n\n`)
    },
    subscribe() {
      return {
        status: 200,
        headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' },
        body: {
          open(write, onClose) {
            writers.add(write)
            heartbeat ??= setInterval(beat, heartbeatMs).unref()
            write(': welcome\n\n')
            onClose(() => {
              writers.delete(write)
              stopWhenAlone()
            })
          },
        },
      }
    },
    close() {
      writers.clear()
      stopWhenAlone()
    },
  }
}
