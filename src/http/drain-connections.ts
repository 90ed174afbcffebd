import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** The connections of a server, on its way out. */
export interface Drain {
  /** From now on every answer ends its connection, so that callers find another instance for their next request. */
  leave(): void
  /** Closes each connection as soon as it owes no answer. */
  close(): void
  /** How many requests have no answer yet. */
  owed(): number
}

/**
 * Watches the connections of a server. Node's own `closeIdleConnections` looks once, and passes over connections that
 * have not sent a request yet, as browsers keep them: a close would wait for their time-out.
 */
export function drainConnections(server: Server): Drain {
  const answersOwed = new Map<Socket, Set<ServerResponse>>()
  let isLeaving = false
  let isClosing = false

  server.on('connection', (socket: Socket) => {
    answersOwed.set(socket, new Set())
    socket.once('close', () => answersOwed.delete(socket))
  })
  // Before whoever answers: some answers are out at once.
  server.prependListener('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    const owed = answersOwed.get(socket) ?? new Set()
    answersOwed.set(socket, owed.add(response))
    if (isLeaving) endWith(response)
    response.once('close', () => {
      owed.delete(response)
      if (isClosing && owed.size === 0) socket.end()
    })
  })

  function leave(): void {
    isLeaving = true
    for (const owed of answersOwed.values()) for (const response of owed) endWith(response)
  }

  return {
    leave,
    close() {
      leave()
      isClosing = true
      for (const [socket, owed] of answersOwed) if (owed.size === 0) socket.destroy()
    },
    owed: () => [...answersOwed.values()].reduce((sum, { size }) => sum + size, 0),
  }
}

/** Node then says `Connection: close`; without it the caller might send a request into the end of the connection. */
function endWith(response: ServerResponse): void {
  if (!response.headersSent) response.shouldKeepAlive = false
}
