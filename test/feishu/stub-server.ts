import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One request as a stub saw it. */
export type StubRequest = {
  method: string
  path: string
  headers: IncomingMessage['headers']
  body: string
}

/** A server that answers as a test says, for what the emulator is too right to do. */
export type StubServer = { url: string; requests: StubRequest[]; close(): Promise<void> }

/** Answers by hand, or leaves the answer out to hang. */
export type StubAnswer = (request: StubRequest, response: ServerResponse) => void

/** Starts a stub on a free port of loopback. */
export async function startStub(answer: StubAnswer): Promise<StubServer> {
  const requests: StubRequest[] = []
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const request = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      headers: incoming.headers,
      body: Buffer.concat(chunks).toString(),
    }
    requests.push(request)
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Answers JSON. */
export function answerJson(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'x-tt-logid': 'log-stub-1',
    ...headers,
  })
  response.end(JSON.stringify(body))
}
