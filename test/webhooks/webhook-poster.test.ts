import { createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ResolveHost } from '../../src/webhooks/guarded-lookup.ts'
import { createWebhookPoster, type WebhookReceiver } from '../../src/webhooks/webhook-poster.ts'
import { type Receiver, SECRET, startReceiver, verify } from './receiver.ts'

const OTHER_SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`
const MESSAGE = { id: 'end_1', payload: '{"type":"authorization.completed","name":"林"}' }

let receiver: Receiver
beforeEach(async () => {
  receiver = await startReceiver()
})
afterEach(() => receiver.close())

describe('a webhook', () => {
  it('is signed as Standard Webhooks says, over the bytes that are sent', async () => {
    await expect(poster().post(MESSAGE)).resolves.toEqual({ kind: 'delivered', status: 204 })
    const [received] = receiver.received
    if (!received) throw new Error('Nothing arrived.')
    expect(verify(received)).toEqual(JSON.parse(MESSAGE.payload))
    expect(received.headers).toMatchObject({
      'webhook-id': 'end_1',
      'content-type': 'application/json',
      'user-agent': 'feishu-card-auth/1.2.3',
    })
    expect(received.path).toBe('/hooks?key=canary-in-the-query')
  })

  it('carries a signature of every secret, the first one first', async () => {
    await poster({ secrets: [OTHER_SECRET, SECRET] }).post(MESSAGE)
    await poster({ secrets: [OTHER_SECRET] }).post(MESSAGE)
    const [both, onlyNew] = receiver.received
    if (!both || !onlyNew) throw new Error('Nothing arrived.')
    expect(verify(both, SECRET)).toEqual(verify(both, OTHER_SECRET))
    expect(() => verify(onlyNew, SECRET)).toThrow('No matching signature')
    const signatures = String(both.headers['webhook-signature']).split(' ')
    expect(signatures).toHaveLength(2)
    expect(String(onlyNew.headers['webhook-signature']).startsWith('v1,')).toBe(true)
  })

  it.each([
    [200, undefined, { kind: 'delivered', status: 200 }],
    [400, undefined, failed('status_4xx', 400)],
    [410, undefined, failed('gone', 410)],
    [429, '120', failed('status_4xx', 429, 120)],
    [
      503,
      new Date(Date.parse('2026-11-20T08:01:00Z')).toUTCString(),
      failed('status_5xx', 503, 60),
    ],
    [503, 'soon', failed('status_5xx', 503)],
  ] as const)('answered with %d and Retry-After %s', async (status, retryAfter, outcome) => {
    receiver.answers.push((response) =>
      response
        .writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter })
        .end(),
    )
    await expect(poster({}, { now: AT }).post(MESSAGE)).resolves.toEqual(outcome)
  })

  it('follows no redirect', async () => {
    receiver.answers.push((response) => response.writeHead(307, { location: '/elsewhere' }).end())
    await expect(poster().post(MESSAGE)).resolves.toEqual(failed('redirect', 307))
    expect(receiver.received).toHaveLength(1)
  })

  it('does not wait for a receiver that hangs', async () => {
    receiver.answers.push(() => undefined)
    await expect(poster({}, { timeoutMs: 50 }).post(MESSAGE)).resolves.toEqual(failed('timeout'))
  })

  it.each([
    ['and asks for another protocol', 'upgrade: echo\r\nconnection: upgrade\r\n'],
    ['and nothing else', ''],
  ])('answered with 101 %s has failed: nobody waits for more', async (_how, headers) => {
    receiver.answers.push((response) => {
      response.socket?.end(`HTTP/1.1 101 Switching Protocols\r\n${headers}\r\n`)
    })
    await expect(poster().post(MESSAGE)).resolves.toEqual(failed('status_other', 101))
  })

  it('is given up in time when only informational answers come', async () => {
    receiver.answers.push((response) => response.writeProcessing())
    await expect(poster({}, { timeoutMs: 50 }).post(MESSAGE)).resolves.toEqual(failed('timeout'))
  })

  it('does not wait for a name server that hangs', async () => {
    const url = { url: 'https://hooks.example/' }
    const hanging = { timeoutMs: 50, resolve: () => new Promise<never>(() => undefined) }
    await expect(poster(url, hanging).post(MESSAGE)).resolves.toEqual(failed('timeout'))
  })

  it('takes the status of an answer that never ends, and reads no more than a little of it', async () => {
    receiver.answers.push((response) => void response.writeHead(200).write('.'))
    receiver.answers.push((response) => void response.writeHead(200).write('.'.repeat(1_000_000)))
    const done = { kind: 'delivered', status: 200 }
    await expect(poster({}, { timeoutMs: 1000 }).post(MESSAGE)).resolves.toEqual(done)
    await expect(poster().post(MESSAGE)).resolves.toEqual(done)
  })

  it('says how far it came when there was no answer', async () => {
    receiver.answers.push((response) => void response.socket?.destroy())
    await expect(poster().post(MESSAGE)).resolves.toEqual(failed('cut_off'))

    const unknown = { url: 'https://no-such-host.invalid/' }
    const resolve = () => Promise.reject(new Error('ENOTFOUND'))
    await expect(poster(unknown, { resolve }).post(MESSAGE)).resolves.toEqual(failed('dns'))

    const server = createServer((socket) => socket.destroy())
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    const port = Object(server.address()).port
    const plain = { url: `https://127.0.0.1:${port}/` }
    await expect(poster(plain).post(MESSAGE)).resolves.toEqual(failed('tls'))
    await new Promise((closed) => server.close(closed))
    await expect(poster(plain).post(MESSAGE)).resolves.toEqual(failed('connect'))
    const named = { url: `https://hooks.example:${port}/` }
    const found = { resolve: async () => [{ address: '127.0.0.1', family: 4 }] }
    await expect(poster(named, found).post(MESSAGE)).resolves.toEqual(failed('connect'))
  })
})

const AT = new Date('2026-11-20T08:00:00Z')

function poster(
  receiverOf: Partial<WebhookReceiver> = {},
  { now, ...options }: { now?: Date; timeoutMs?: number; resolve?: ResolveHost } = {},
) {
  return createWebhookPoster({
    receiver: { url: receiver.url, secrets: [SECRET], allowedHosts: ['127.0.0.1'], ...receiverOf },
    clock: { now: () => now ?? new Date() },
    version: '1.2.3',
    ...options,
  })
}

function failed(
  failure: string,
  status: number | null = null,
  retryAfterSeconds: number | null = null,
) {
  return { kind: 'failed', failure, status, retryAfterSeconds }
}
