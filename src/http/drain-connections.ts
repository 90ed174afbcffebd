import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Watches the connections of a server, and returns the function that closes each of them as soon as
 * it owes no answer. Node's own `closeIdleConnections` looks once, and passes over connections that
 * have not sent a request yet, as browsers keep them: a close would wait for their time-out.
 */
export function drainConnections(server: Server): () => void {
  const owed = new Map<Socket, number>()
  let isDraining = false

  server.on('connection', (socket: Socket) => {
    owed.set(socket, 0)
    socket.once('close', () => owed.delete(socket))
  })
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    owed.set(socket, (owed.get(socket) ?? 0) + 1)
    response.once('close', () => {
      const left = (owed.get(socket) ?? 1) - 1
      if (socket.destroyed) return
      owed.set(socket, left)
      if (isDraining && left === 0) socket.end()
    })
  })

  return () => {
    isDraining = true
    for (const [socket, count] of owed) if (count === 0) socket.destroy()
  }
}
