import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'

/** One POST as it arrived. */
export type Received = { headers: IncomingHttpHeaders; body: string; path: string }

/** A receiver on this machine, over real HTTP. */
export type Receiver = {
  url: string
  port: number
  received: Received[]
  /** How the next requests are answered; 204 when nothing more is said. */
  answers: ((response: ServerResponse) => void)[]
  /** Resolves when so many requests have arrived. */
  until(count: number): Promise<void>
  close(): Promise<void>
}

/** A secret for tests. */
export const SECRET = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`

/** Starts a receiver. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = []
  const answers: Receiver['answers'] = []
  const onlookers = new Set<() => void>()
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    received.push({ headers: request.headers, body, path: request.url ?? '' })
    const answer = answers.shift()
    if (answer) answer(response)
    else response.writeHead(204).end()
    for (const look of onlookers) look()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/hooks?key=canary-in-the-query`,
    port,
    received,
    answers,
    until: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (received.length < count) return
          onlookers.delete(look)
          resolve()
        }
        onlookers.add(look)
        look()
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Verifies as the receiver would, and gives what was told. */
export function verify({ headers, body }: Received, secret = SECRET): Told {
  return new Webhook(secret).verify(body, headers as Record<string, string>) as Told
}

/** What a receiver reads. */
export type Told = { type: string; timestamp: string; data: Record<string, unknown> }
