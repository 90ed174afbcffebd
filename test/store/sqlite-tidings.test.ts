import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { OpenStore } from '../../src/store/create-store.ts'
import { openStore } from '../../src/store/open-store.ts'
import { insertSession } from './contract/samples.ts'

const ASK_EVERY_MS = 250

describe('tidings from a SQLite file', () => {
  let folder: string
  let store: OpenStore
  let other: OpenStore
  let heard: (string | null)[]
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    folder = mkdtempSync(join(tmpdir(), 'fca-tidings-'))
    const databaseUrl = `file:${join(folder, 'auth.db')}`
    store = await openStore({ databaseUrl })
    other = await openStore({ databaseUrl })
    heard = []
  })
  afterEach(async () => {
    await store.close()
    await other.close()
    vi.useRealTimers()
    rmSync(folder, { recursive: true, force: true })
  })

  const hear = (sessionId: string | null) => void heard.push(sessionId)

  it('come when another connection has committed, and once for each look', async () => {
    store.tidings.listen(hear)
    vi.advanceTimersByTime(ASK_EVERY_MS)
    expect(heard).toEqual([])
    await insertSession(other)
    await insertSession(other)
    vi.advanceTimersByTime(ASK_EVERY_MS)
    expect(heard).toEqual([null])
    vi.advanceTimersByTime(10 * ASK_EVERY_MS)
    expect(heard).toEqual([null])
    await insertSession(other)
    vi.advanceTimersByTime(ASK_EVERY_MS)
    expect(heard).toEqual([null, null])
  })

  it('do not come of what this connection has written itself', async () => {
    store.tidings.listen(hear)
    await insertSession(store)
    vi.advanceTimersByTime(10 * ASK_EVERY_MS)
    expect(heard).toEqual([])
  })

  it('come from one question, however many listen, and from none when nobody does', async () => {
    const before = vi.getTimerCount()
    const stops = Array.from({ length: 1000 }, () => store.tidings.listen((id) => hear(id)))
    expect(vi.getTimerCount()).toBe(before + 1)
    for (const stop of stops.slice(1)) stop()
    await insertSession(other)
    vi.advanceTimersByTime(ASK_EVERY_MS)
    expect(heard).toEqual([null])
    stops[0]?.()
    expect(vi.getTimerCount()).toBe(before)
  })

  it('tell a new listener nothing of what was there before', async () => {
    store.tidings.listen(() => {})()
    await insertSession(other)
    store.tidings.listen(hear)
    vi.advanceTimersByTime(ASK_EVERY_MS)
    expect(heard).toEqual([])
  })

  it('stop with the store', async () => {
    store.tidings.listen(hear)
    await store.close()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('are never waited for by who tells them', async () => {
    await store.tidings.tell('a session')
    expect(heard).toEqual([])
  })
})

it('a database in memory has nobody to hear from', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const store = await openStore({ databaseUrl: 'file::memory:' })
  store.tidings.listen(() => {})
  expect(vi.getTimerCount()).toBe(0)
  await store.close()
  vi.useRealTimers()
})
