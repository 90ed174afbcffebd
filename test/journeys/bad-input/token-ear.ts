import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Stands between the service and the token endpoint and remembers what was issued: no door tells a stray token. */
export type TokenEar = {
  /** The token endpoint as the service should know it. */
  tokenUrl: string
  /** Every access token handed out, oldest first. */
  heard: string[]
  close(): Promise<void>
}

const PATH = '/open-apis/authen/v2/oauth/token'

/** Starts listening in on the token endpoint of an emulator. */
export async function startTokenEar(emulatorUrl: string): Promise<TokenEar> {
  const heard: string[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    try {
      const answer = await fetch(`${emulatorUrl}${PATH}`, {
        method: 'POST',
        headers: { 'content-type': request.headers['content-type'] ?? '' },
        body: Buffer.concat(chunks),
      })
      const text = await answer.text()
      const token = /"access_token":"([^"]+)"/.exec(text)?.[1]
      if (token) heard.push(token)
      const logId = answer.headers.get('x-tt-logid') ?? ''
      const type = answer.headers.get('content-type') ?? ''
      response.writeHead(answer.status, { 'content-type': type, 'x-tt-logid': logId }).end(text)
    } catch {
      response.destroy()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    tokenUrl: `http://127.0.0.1:${port}${PATH}`,
    heard,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
