import { describe, expect, it } from 'vitest'
import { ConfigurationError } from '../../src/errors.ts'
import type { ReadinessCheck } from '../../src/http/http-neighbours.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { fakeAuth } from './fake-auth.ts'
import { serve } from './serve.ts'

const good: ReadinessCheck = { name: 'db', ok: true }
const bad: ReadinessCheck = { name: 'websocket', ok: false, detail: 'not connected' }

describe('/livez', () => {
  it('is fine whatever the checks say', async () => {
    const { get } = await serve(fakeAuth(), { readiness: async () => [bad] })
    expect((await get('/livez')).status).toBe(200)
  })
})

describe('/readyz', () => {
  it('answers 200 when every check passes, and lists them on demand', async () => {
    const { get } = await serve(fakeAuth(), { readiness: async () => [good] })
    expect(await (await get('/readyz')).json()).toEqual({ status: 'ok' })
    const verbose = await get('/readyz?verbose')
    expect(verbose.status).toBe(200)
    expect(await verbose.json()).toEqual({ status: 'ok', checks: [good] })
  })

  it('answers 503 with the failing checks', async () => {
    const { get } = await serve(fakeAuth(), { readiness: async () => [good, bad] })
    const response = await get('/readyz')
    expect(response.status).toBe(503)
    expect(await response.json()).toEqual({ status: 'unavailable', checks: [bad] })
    expect(await (await get('/readyz?verbose')).json()).toMatchObject({ checks: [good, bad] })
  })

  it('answers 503 and says nothing of the cause when the checks cannot be made', async () => {
    const readiness = () => Promise.reject(new Error('secret-dsn'))
    const { get } = await serve(fakeAuth(), { readiness })
    const response = await get('/readyz')
    expect(response.status).toBe(503)
    expect(await response.text()).not.toContain('secret-dsn')
  })

  it('asks again only after a few seconds', async () => {
    const clock = createFakeClock()
    let checks = [good]
    let asked = 0
    const readiness = async () => {
      asked++
      return checks
    }
    const { get } = await serve(fakeAuth(), { readiness, clock })
    await Promise.all([get('/readyz'), get('/readyz')])
    checks = [bad]
    clock.advance(2900)
    expect((await get('/readyz')).status).toBe(200)
    expect(asked).toBe(1)
    clock.advance(100)
    expect((await get('/readyz')).status).toBe(503)
    expect(asked).toBe(2)
  })
})

describe('/startupz', () => {
  it('waits for the checks of the start', async () => {
    let isDone = false
    const { get } = await serve(fakeAuth(), { isStarted: async () => isDone })
    const early = await get('/startupz')
    expect(early.status).toBe(503)
    expect(await early.json()).toEqual({ status: 'starting' })
    isDone = true
    expect((await get('/startupz')).status).toBe(200)
  })
})

describe('the log', () => {
  it('is not filled by probes of a service that is not ready', async () => {
    const { get, lines, untilObserved } = await serve(fakeAuth(), {
      readiness: async () => [bad],
      isStarted: async () => false,
    })
    await get('/readyz')
    await get('/startupz')
    await untilObserved(2)
    expect(lines.map(({ level, event, fields }) => [level, event, fields.endpoint])).toEqual([
      ['debug', 'http_error', '/readyz'],
      ['debug', 'http_error', '/startupz'],
    ])
  })
})

describe('a check that is not required', () => {
  it('is told and takes no traffic away', async () => {
    const told = { ...bad, required: false }
    const { get } = await serve(fakeAuth(), { readiness: async () => [good, told] })
    const response = await get('/readyz?verbose')
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ status: 'ok', checks: [good, told] })
  })
})

describe('/readyz of a service that starts', () => {
  it('turns good soon after a probe that came too early', async () => {
    const clock = createFakeClock()
    let checks = [bad]
    let asked = 0
    const readiness = async () => {
      asked++
      return checks
    }
    const { get } = await serve(fakeAuth(), { readiness, clock })
    expect((await get('/readyz')).status).toBe(503)
    checks = [good]
    clock.advance(200)
    expect((await get('/readyz')).status).toBe(503)
    expect(asked).toBe(1)
    clock.advance(50)
    expect((await get('/readyz')).status).toBe(200)
  })
})

describe('the server', () => {
  it('says which setting to change when its port is taken', async () => {
    const { url } = await serve(fakeAuth())
    const port = Number(new URL(url).port)
    await expect(serve(fakeAuth(), { port })).rejects.toThrow(ConfigurationError)
  })

  it('can be closed twice, and before it was started', async () => {
    const { close } = await serve(fakeAuth())
    await close()
    await close()
  })

  it('answers an unknown address with a problem', async () => {
    const { get } = await serve(fakeAuth())
    const response = await get('/wp-login.php')
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ code: 'not_found' })
  })
})
