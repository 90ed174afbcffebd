import type { LookupAddress } from 'node:dns'
import type { AddressInfo } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createWebhookPoster, type WebhookReceiver } from '../../src/webhooks/webhook-poster.ts'
import { startService } from '../support/service.ts'
import { type Receiver, SECRET, startReceiver } from '../webhooks/receiver.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const INSIDE = [
  '127.0.0.1',
  '127.255.255.254',
  '0.0.0.0',
  '0.1.2.3',
  '10.0.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '100.64.0.1',
  '100.100.100.200',
  '169.254.169.254',
  '169.254.0.1',
  '168.63.129.16',
  '192.0.0.192',
  '192.0.2.1',
  '192.88.99.1',
  '198.18.0.1',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::7f00:1',
  'fe80::1',
  'fec0::1',
  'fc00::1',
  'fd00:ec2::254',
  'ff02::1',
  '100::1',
  '::ffff:127.0.0.1',
  '::ffff:a9fe:a9fe',
  '::ffff:0:7f00:1',
  '64:ff9b::7f00:1',
  '64:ff9b:1::a00:1',
  '2002:7f00:1::',
  '2001:0:7f00:1::',
  '2001:db8::1',
  'fe80::1%lo',
]

const DISGUISED = [
  'http://2130706433/',
  'http://017700000001/',
  'http://0x7f000001/',
  'http://0177.0.0.1/',
  'http://0x7f.1/',
  'http://127.1/',
  'http://127.0.0.1./',
  'http://①②⑦.0.0.1/',
  'http://[::1]/',
  'http://[::ffff:127.0.0.1]/',
  'http://[0:0:0:0:0:ffff:7f00:0001]/',
]

/** A name that stays in tests, and never meets a real name server. */
const NAME = 'hooks.example'

let receiver: Receiver
beforeEach(async () => {
  receiver = await startReceiver()
})
afterEach(() => receiver.close())

describe('A19: a webhook into the network it is sent from', () => {
  it.each(INSIDE)('does not go to a name that stands for %s', async (address) => {
    await expect(post({ url: `http://${NAME}:${receiver.port}/` }, [address])).resolves.toBe(
      'blocked_address',
    )
  })

  it.each(DISGUISED)('does not go to %s', async (written) => {
    const url = new URL(written)
    url.port = String(receiver.port)
    await expect(post({ url: url.href })).resolves.toBe('blocked_address')
    expect(receiver.received).toEqual([])
  })

  it('does not go to localhost by any name, unless it is allowed', async () => {
    for (const host of ['localhost', 'LOCALHOST', 'localhost.']) {
      const url = `http://${host}:${receiver.port}/`
      await expect(post({ url }, ['127.0.0.1'])).resolves.toBe('blocked_address')
    }
    const allowed = { url: `http://localhost:${receiver.port}/`, allowedHosts: ['localhost'] }
    await expect(post(allowed, ['127.0.0.1'])).resolves.toBe('delivered')
  })

  it('goes nowhere when one address of several is inside', async () => {
    const url = `http://${NAME}:${receiver.port}/`
    await expect(post({ url }, ['93.184.216.34', '10.0.0.1'])).resolves.toBe('blocked_address')
  })

  it('asks for a name once, and connects to the very address that was checked', async () => {
    const answers = ['127.0.0.1', '169.254.169.254']
    let asked = 0
    const resolve = async () => [{ address: answers[asked++] ?? '', family: 4 }]
    const receiverOf = {
      url: `http://${NAME}:${receiver.port}/`,
      secrets: [SECRET],
      allowedHosts: ['127.0.0.0/8'],
    }
    const poster = createWebhookPoster({ receiver: receiverOf, clock, version: '1', resolve })
    const message = { id: 'end_1', payload: '{}' }
    await expect(poster.post(message)).resolves.toMatchObject({ kind: 'delivered' })
    expect(asked).toBe(1)
    expect(receiver.received[0]?.headers.host).toBe(`${NAME}:${receiver.port}`)
    await expect(poster.post(message)).resolves.toMatchObject({ failure: 'blocked_address' })
    expect(receiver.received).toHaveLength(1)
  })

  it('keeps the name for TLS although it connects to an address', async () => {
    const names: string[] = []
    const server = createTlsServer({
      SNICallback(name, done) {
        names.push(name)
        done(new Error('No certificate here.'))
      },
    })
    server.on('tlsClientError', () => undefined)
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    const { port } = server.address() as AddressInfo
    const url = `https://${NAME}:${port}/`
    await expect(post({ url, allowedHosts: ['127.0.0.1'] }, ['127.0.0.1'])).resolves.toBe('tls')
    expect(names).toEqual([NAME])
    await new Promise((closed) => server.close(closed))
  })

  it('follows no redirect into it', async () => {
    const inner = await startReceiver()
    receiver.answers.push((response) => response.writeHead(302, { location: inner.url }).end())
    const allowed = { url: receiver.url, allowedHosts: ['127.0.0.1'] }
    await expect(post(allowed)).resolves.toBe('redirect')
    expect(inner.received).toEqual([])
    await inner.close()
  })

  it('lets an allowed name be private, and an allowed network anything', async () => {
    const url = `http://${NAME}:${receiver.port}/`
    const byName = { url, allowedHosts: ['Hooks.Example'] }
    await expect(post(byName, ['127.0.0.1'])).resolves.toBe('delivered')
    for (const address of ['169.254.169.254', '168.63.129.16', 'fe80::1', '224.0.0.1', '0.0.0.0']) {
      await expect(post(byName, [address])).resolves.toBe('blocked_address')
    }
    const byNetwork = { url, allowedHosts: ['127.0.0.0/8'] }
    await expect(post(byNetwork, ['127.0.0.1'])).resolves.toBe('delivered')
    await expect(post(byNetwork, ['10.0.0.1'])).resolves.toBe('blocked_address')
    await expect(post(byNetwork, ['::1'])).resolves.toBe('blocked_address')
  })

  it.each([
    ['this machine', (port: number) => `http://127.0.0.1:${port}/hooks?key=canary-in-the-query`],
    ['this machine by name', (port: number) => `http://localhost:${port}/hooks`],
    ['this machine in IPv6', (port: number) => `http://[::1]:${port}/hooks`],
    ['this machine as one number', (port: number) => `https://2130706433:${port}/hooks`],
    ['this machine inside of IPv6', (port: number) => `https://[::ffff:7f00:1]:${port}/hooks`],
    ['the metadata of a cloud', () => 'https://169.254.169.254/latest/meta-data/'],
    ['a private network', () => 'https://10.0.0.1/hooks'],
    ['a private network in IPv6', () => 'https://[fd00:ec2::254]/hooks'],
  ])('is not sent by the running service to %s, and it says why', async (_, urlAt) => {
    const service = await startService({
      env: { WEBHOOK_URL: urlAt(receiver.port), WEBHOOK_SECRETS: SECRET },
    })
    try {
      const [person] = service.emulator.people
      const session = await service.ask(person?.openId ?? '')
      await service.api(`/v1/sessions/${session.session_id}/invalidate`, { method: 'POST' })
      const { webhooks } = service.app.parts.store
      await expect
        .poll(() => webhooks.list({ dead: false, limit: 9 }), { timeout: 10_000 })
        .toMatchObject([{ attempts: 1, lastFailure: 'blocked_address' }])
      expect(receiver.received).toEqual([])
      expect(JSON.stringify(service.logs)).toContain('blocked_address')
      expect(JSON.stringify(service.logs)).not.toContain('canary-in-the-query')
    } finally {
      await service.close()
    }
  })
})

const clock = { now: () => new Date() }

/** Posts once, where the name of the receiver stands for these addresses; gives what came of it in a word. */
async function post(
  receiverOf: Partial<WebhookReceiver> & { url: string },
  addresses: readonly string[] = [],
): Promise<string> {
  const resolve = async (): Promise<LookupAddress[]> =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
  const poster = createWebhookPoster({
    receiver: { secrets: [SECRET], allowedHosts: [], ...receiverOf },
    clock,
    version: '1',
    resolve,
    timeoutMs: 5000,
  })
  const outcome = await poster.post({ id: 'end_1', payload: '{}' })
  return outcome.kind === 'failed' ? outcome.failure : outcome.kind
}
