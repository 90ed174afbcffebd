import { afterEach, describe, expect, it } from 'vitest'
import { ConfigurationError } from '../../src/errors.ts'
import { createMetricsServer, type MetricsServer } from '../../src/observability/metrics-server.ts'

const HOST = '127.0.0.1'
const servers: MetricsServer[] = []

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

describe('createMetricsServer', () => {
  it('answers GET /metrics', async () => {
    const base = await listen(server())
    const answer = await fetch(`${base}/metrics?x=1`)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4')
    expect(await answer.text()).toBe('up 1\n')
  })

  it.each([
    ['GET', '/'],
    ['GET', '/metrics/'],
    ['GET', '//metrics'],
    ['POST', '/metrics'],
    ['GET', '/livez'],
  ])('answers 404 to %s %s', async (method, path) => {
    const base = await listen(server())
    expect((await fetch(`${base}${path}`, { method })).status).toBe(404)
  })

  it('answers 500 and says nothing when the metrics cannot be read', async () => {
    const logged: string[] = []
    const failing = server({
      render: async () => {
        throw new Error('CANARY')
      },
      log: (_level, event) => logged.push(event),
    })
    const answer = await fetch(`${await listen(failing)}/metrics`)
    expect(answer.status).toBe(500)
    expect(await answer.text()).toBe('')
    expect(logged).toEqual(['metrics_render_failed'])
  })

  it('stays off when told to', async () => {
    const off = server({ listen: null })
    await expect(off.start()).resolves.toBeNull()
    await off.close()
  })

  it('says what to do when the port is taken', async () => {
    const first = await server().start()
    const second = server({ listen: { host: HOST, port: first?.port ?? 0 } })
    const error = await second.start().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ConfigurationError)
    expect(error).toHaveProperty('message', expect.stringMatching(/METRICS_PORT.*EADDRINUSE/s))
  })

  it('stops listening when it is closed, even while somebody is being answered', async () => {
    let arrived = () => {}
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve
    })
    const stuck = server({
      render: () => {
        arrived()
        return new Promise(() => {})
      },
    })
    const base = await listen(stuck)
    const waiting = fetch(`${base}/metrics`).catch(() => 'cut off')
    await arrival
    await stuck.close()
    expect(await waiting).toBe('cut off')
    await expect(fetch(`${base}/metrics`)).rejects.toThrow()
  })
})

function server({
  listen = { host: HOST, port: 0 },
  render = async () => 'up 1\n',
  log = () => undefined,
}: {
  listen?: { host: string; port: number } | null
  render?: () => Promise<string>
  log?: Parameters<typeof createMetricsServer>[0]['log']
} = {}): MetricsServer {
  const metrics = { render, contentType: 'text/plain; version=0.0.4' }
  const made = createMetricsServer({ listen, metrics, log })
  servers.push(made)
  return made
}

async function listen(made: MetricsServer): Promise<string> {
  return `http://${HOST}:${(await made.start())?.port}`
}
