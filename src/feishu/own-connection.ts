import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest, type RequestOptions } from 'node:https'
import type { Socket } from 'node:net'
import type { AxiosRequestConfig } from 'axios'

/** A connection for one request alone, and whether that request may have left. */
export interface OwnConnection {
  /** What axios is told. */
  config: Pick<AxiosRequestConfig, 'httpAgent' | 'httpsAgent' | 'transport'>
  /** False as long as no byte of the request can have reached anybody. */
  mayHaveSent(): boolean
}

/**
 * Creates a connection that is never shared or reused, for a request whose loss matters.
 *
 * Node holds a request back until the connection stands, so the request may have left from the moment the TCP connection,
 * or with https the TLS handshake and the check of the certificate, is done. A socket that was kept alive would be past
 * that moment from the start: one that the other side has just closed could not be told from a lost reply.
 */
export function createOwnConnection(): OwnConnection {
  let isOpen = false
  return {
    config: {
      // Agents made by hand keep no socket alive; the global ones do.
      httpAgent: new HttpAgent(),
      httpsAgent: new HttpsAgent(),
      transport: {
        request(options: RequestOptions, onReply: (reply: IncomingMessage) => void) {
          const send = options.protocol === 'https:' ? httpsRequest : httpRequest
          return watched(send(options, onReply))
        },
      },
    },
    mayHaveSent: () => isOpen,
  }

  function watched(request: ClientRequest): ClientRequest {
    return request.once('socket', (socket) => {
      // What a proxy says instead of opening a tunnel comes on a stand-in that takes no request.
      if (!socket.writable) return
      const opened = whenOpen(socket)
      if (opened === null) isOpen = true
      else socket.once(opened, () => (isOpen = true))
    })
  }
}

/** The event after which the socket lets a request out; null when that was before. */
function whenOpen(socket: Socket): 'connect' | 'secureConnect' | null {
  if ('encrypted' in socket) {
    return Reflect.get(socket, 'secureConnecting') === true ? 'secureConnect' : null
  }
  return socket.connecting ? 'connect' : null
}
