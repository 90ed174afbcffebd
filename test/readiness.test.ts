import { describe, expect, it } from 'vitest'
import { createReadiness } from '../src/readiness.ts'
import { createFakeClock } from './support/fake-clock.ts'

const APP = 'cli_0123456789abcdef'

function setUp(options: {
  requiresConnection?: boolean
  counts?: () => Promise<{ keyId: string | null; count: number }[]>
  ping?: () => Promise<void>
}) {
  const clock = createFakeClock()
  const lines: string[] = []
  const changes: unknown[] = []
  const { counts = async () => [], ping = async () => {}, requiresConnection = false } = options
  const readiness = createReadiness({
    store: { ping, grants: { countByKey: counts } },
    keyIds: ['new', 'old'],
    connectedAppIds: [APP],
    requiresConnection,
    clock,
    log(level, event, fields) {
      if (event === 'readiness_changed') changes.push({ level, ...fields })
      else lines.push(event)
    },
  })
  const check = async (name: string) =>
    (await readiness.checks()).find((each) => each.name === name)
  return { clock, readiness, lines, changes, check }
}

describe('the keys', () => {
  it('are looked at before the start is done', async () => {
    const { readiness, check } = setUp({ counts: async () => [{ keyId: 'old', count: 3 }] })
    await readiness.checkKeys()
    expect(await readiness.isStarted()).toBe(true)
    expect(await check('keys')).toEqual({ name: 'keys', ok: true })
  })

  it('that open no stored token fail readiness: they are the wrong ones', async () => {
    const { readiness, check, lines } = setUp({
      counts: async () => [{ keyId: 'lost', count: 3 }],
    })
    await readiness.checkKeys()
    expect(await check('keys')).toMatchObject({ ok: false })
    expect(lines).toEqual(['keys_missing'])
  })

  it('that open only some are an error in the log; the others go on', async () => {
    const counts = [
      { keyId: 'lost', count: 3 },
      { keyId: 'old', count: 1 },
    ]
    const { readiness, check, lines } = setUp({ counts: async () => counts })
    await readiness.checkKeys()
    expect(await check('keys')).toEqual({ name: 'keys', ok: true })
    expect(lines).toEqual(['keys_missing'])
  })

  it('that could not be looked at are looked at by the next probe', async () => {
    let isAway = true
    const counts = async () => {
      if (isAway) throw new Error('away')
      return []
    }
    const { readiness, check, clock } = setUp({ counts })
    await expect(readiness.checkKeys()).rejects.toThrow('away')
    expect(await check('keys')).toMatchObject({ ok: false, detail: 'Not looked at yet.' })
    isAway = false
    clock.advance(1000)
    expect(await check('keys')).toEqual({ name: 'keys', ok: true })
    expect(await readiness.isStarted()).toBe(true)
  })

  it('that could not be looked at do not keep /startupz waiting for /readyz, which is asked later', async () => {
    let looks = 0
    let isAway = true
    const counts = async () => {
      looks++
      if (isAway) throw new Error('away')
      return []
    }
    const { readiness, clock } = setUp({ counts })
    await expect(readiness.checkKeys()).rejects.toThrow('away')
    expect(await readiness.isStarted()).toBe(false)
    isAway = false
    // Nobody makes the database work harder by asking more often.
    expect(await Promise.all([readiness.isStarted(), readiness.isStarted()])).toEqual([
      false,
      false,
    ])
    expect(looks).toBe(2)
    clock.advance(1000)
    expect(await Promise.all([readiness.isStarted(), readiness.isStarted()])).toEqual([true, true])
    expect(await readiness.isStarted()).toBe(true)
    expect(looks).toBe(3)
  })
})

describe('readiness', () => {
  it('is told in the log when it changes, and no more often', async () => {
    let isAway = false
    const ping = async () => {
      if (isAway) throw new Error('away')
    }
    const { readiness, changes } = setUp({ ping })
    await readiness.checks()
    await readiness.checks()
    readiness.noteConnection(APP, true)
    await readiness.checks()
    isAway = true
    await readiness.checks()
    await readiness.checks()
    isAway = false
    await readiness.checks()
    expect(changes).toEqual([
      { level: 'info', ready: false, failing: ['websocket'] },
      { level: 'info', ready: true, failing: [] },
      { level: 'warn', ready: false, failing: ['db'] },
      { level: 'info', ready: true, failing: [] },
    ])
  })
})

describe('the database', () => {
  it('that takes no writes fails readiness and keeps its reason to itself', async () => {
    const { check } = setUp({ ping: () => Promise.reject(new Error('secret-dsn')) })
    expect(await check('db')).toEqual({ name: 'db', ok: false, detail: 'It cannot be written.' })
  })
})

describe('the long connection', () => {
  it('is waited for at the start, and not for ever', async () => {
    const { check, clock } = setUp({})
    expect(await check('websocket')).toMatchObject({ ok: false, required: true })
    clock.advance(10_000)
    expect(await check('websocket')).toMatchObject({ ok: false, required: false })
  })

  it('that is lost is told and takes no traffic away', async () => {
    const { check, clock, readiness } = setUp({})
    readiness.noteConnection(APP, true)
    expect(await check('websocket')).toEqual({ name: 'websocket', ok: true })
    readiness.noteConnection(APP, false)
    clock.advance(3_600_000)
    expect(await check('websocket')).toMatchObject({ ok: false, required: false })
  })

  it('that is required may be away for half a minute', async () => {
    const { check, clock, readiness } = setUp({ requiresConnection: true })
    clock.advance(3_600_000)
    expect(await check('websocket')).toMatchObject({ ok: false, required: true })
    readiness.noteConnection(APP, true)
    readiness.noteConnection(APP, false)
    clock.advance(30_000)
    expect(await check('websocket')).toMatchObject({ ok: false, required: false })
    clock.advance(1)
    expect(await check('websocket')).toMatchObject({ ok: false, required: true })
    readiness.noteConnection(APP, true)
    expect(await check('websocket')).toEqual({ name: 'websocket', ok: true })
  })
})
