import { Agent, createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createOwnConnection, type OwnConnection } from '../../src/feishu/own-connection.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

async function listening(): Promise<number> {
  const server = createServer((_, response) => response.end('ok'))
  closing.push(
    () => server.closeAllConnections(),
    () => server.close(),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** The status of a request over the connection, as axios makes it. */
function send(connection: OwnConnection, options: { port: number; agent: Agent }): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = connection.config.transport.request(
      { protocol: 'http:', host: '127.0.0.1', method: 'POST', ...options },
      (reply: IncomingMessage) => {
        reply.resume()
        reply.on('end', () => resolve(reply.statusCode ?? 0))
      },
    )
    request.on('error', reject)
    request.end('body')
  })
}

describe('a connection of its own', () => {
  it('may have sent once it stands', async () => {
    const connection = createOwnConnection()
    expect(connection.mayHaveSent()).toBe(false)
    const agent: Agent = connection.config.httpAgent
    expect(await send(connection, { port: await listening(), agent })).toBe(200)
    expect(connection.mayHaveSent()).toBe(true)
  })

  it('may have sent at once on a socket that stood before', async () => {
    const port = await listening()
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    closing.push(() => agent.destroy())
    await send(createOwnConnection(), { port, agent })
    const second = createOwnConnection()
    await send(second, { port, agent })
    expect(second.mayHaveSent()).toBe(true)
  })

  it('has sent nothing when a proxy answers instead of opening a tunnel', async () => {
    const agent = new Agent()
    // What the agent of a proxy hands out then: a socket that replays the refusal and takes nothing.
    agent.createConnection = () => {
      const standIn = new Socket({ writable: false })
      setImmediate(() => {
        standIn.push('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n')
        standIn.push(null)
      })
      return standIn
    }
    const connection = createOwnConnection()
    expect(await send(connection, { port: 1, agent })).toBe(502)
    expect(connection.mayHaveSent()).toBe(false)
  })
})
