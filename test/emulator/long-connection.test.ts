import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createEmulatorBench, quickClientConfig, someone } from '../support/emulator-bench.ts'
import { createInbox } from '../support/inbox.ts'
import { issueConnectionUrl } from '../support/issue-connection-url.ts'

const received = 'im.message.receive_v1'

const bench = createEmulatorBench()
afterEach(() => bench.close())

/** Opens a bare WebSocket; gives the headers of the refusal, or null when it opened. */
function open(url: URL): Promise<Record<string, unknown> | null> {
  const socket = new WebSocket(url)
  bench.keep({ close: () => socket.terminate() })
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(null))
    socket.on('unexpected-response', (_request, response) => resolve(response.headers))
    socket.on('error', reject)
  })
}

describe('connecting', () => {
  it('brings the SDK to ready and answers its first ping with all four settings', async () => {
    const emulator = await bench.start()
    await bench.connect(emulator, {})
    expect(emulator.sim.state().connections).toHaveLength(1)
    await expect
      .poll(() => emulator.sim.transcript().find(({ method }) => method === 'pong')?.response)
      .toEqual(quickClientConfig)
  })

  it('ends with a fatal error when the secret is wrong', async () => {
    const emulator = await bench.start()
    await expect(bench.connect(emulator, {}, { appSecret: 'wrong' })).rejects.toThrow('1000040345')
  })

  it('ends with a fatal error when the app is switched off', async () => {
    const emulator = await bench.start({ app: { enabled: false } })
    await expect(bench.connect(emulator, {})).rejects.toThrow('403')
  })

  it('refuses an app id of the wrong form', async () => {
    const emulator = await bench.start()
    const response = await fetch(`${emulator.url}/callback/ws/endpoint`, {
      method: 'POST',
      body: JSON.stringify({ AppID: 'me', AppSecret: 'x' }),
    })
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      code: 1000040346,
      msg: 'app_id is invalid',
      data: { URL: '' },
    })
  })

  it('never puts service_id first, where the SDK would not see it', async () => {
    const url = await issueConnectionUrl(await bench.start())
    expect(url.searchParams.get('service_id')).toMatch(/^\d+$/)
    expect([...url.searchParams.keys()][0]).not.toBe('service_id')
  })

  it('takes a ticket once', async () => {
    const emulator = await bench.start()
    const url = await issueConnectionUrl(emulator)
    expect(await open(url)).toBeNull()
    expect(await open(url)).toMatchObject({ 'handshake-status': '514' })
  })

  it('refuses the fifty-first connection of an app', async () => {
    const emulator = await bench.start()
    const urls = await Promise.all(Array.from({ length: 50 }, () => issueConnectionUrl(emulator)))
    expect(new Set(await Promise.all(urls.map(open)))).toEqual(new Set([null]))
    expect(await open(await issueConnectionUrl(emulator))).toMatchObject({
      'handshake-status': '514',
      'handshake-autherrcode': '1000040350',
    })
  })

  it('lets the SDK retry when an upgrade is refused', async () => {
    const emulator = await bench.start()
    emulator.sim.injectFault({ match: 'WS upgrade' })
    await bench.connect(emulator, {})
    expect(emulator.sim.state().connections).toHaveLength(1)
  })

  it('is found again by the SDK after a drop', async () => {
    const emulator = await bench.start()
    const messages = createInbox()
    const bot = await bench.connect(emulator, { [received]: messages.take })
    expect(emulator.sim.dropConnections()).toEqual({ dropped: 1 })
    await bot.reconnected
    const { openId } = someone(emulator)
    expect(await emulator.sim.say({ openId, text: 'still there?' })).toMatchObject({
      delivered: true,
    })
  })

  it('can go deaf, which only a ping timeout notices', async () => {
    const emulator = await bench.start({
      clientConfig: { ...quickClientConfig, PingInterval: 0.1 },
    })
    const bot = await bench.connect(emulator, {}, { pingTimeoutSeconds: 0.05 })
    const before = emulator.sim.state().connections.map(({ id }) => id)
    emulator.sim.dropConnections({ halfOpen: true })
    await bot.reconnected
    await expect.poll(() => emulator.sim.state().connections).toHaveLength(1)
    expect(emulator.sim.state().connections.map(({ id }) => id)).not.toEqual(before)
  })
})
