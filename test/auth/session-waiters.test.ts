import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TidingsListener } from '../../src/auth/tidings.ts'
import { createDomain, type Domain, LIN } from '../support/domain.ts'

describe('whoever waits for sessions', () => {
  let domain: Domain
  let listeners: Set<TidingsListener>
  /** The answer to each question for ended sessions. */
  let looks: string[][]
  let trouble: Error | null
  let listens: number
  beforeEach(async () => {
    listeners = new Set()
    looks = []
    trouble = null
    listens = 0
    domain = await createDomain({
      store: (real) => ({
        ...real,
        tidings: {
          async tell() {},
          listen(hear) {
            listens++
            listeners.add(hear)
            return () => listeners.delete(hear)
          },
        },
        sessions: {
          ...real.sessions,
          async findEnded(ids) {
            looks.push([...ids])
            if (trouble) throw trouble
            return real.sessions.findEnded(ids)
          },
        },
      }),
    })
  })
  afterEach(() => domain.close())

  const arrive = (sessionId: string | null) => {
    for (const hear of listeners) hear(sessionId)
  }
  const ask = async (openId: string) =>
    (await domain.auth.requestAuthorization({ openId })).session.id
  const join = (sessionId: string) => domain.auth.waiters.join(sessionId, () => {})

  it('is heard for as long as anybody waits, for whichever session', async () => {
    const leave = join(await ask(LIN.openId))
    const other = await ask('ou_other')
    const ended = new Promise((resolve) => domain.auth.waiters.join(other, resolve))
    leave()
    expect(listeners.size).toBe(1)
    await domain.auth.invalidateSession(other)
    expect(await ended).toMatchObject({ id: other, state: 'expired' })
  })

  it('costs no question for a session that nobody waits for', async () => {
    join(await ask(LIN.openId))
    arrive(await ask('ou_other'))
    await domain.background.drain()
    expect(looks).toEqual([])
  })

  it('costs one question in five seconds, however many wait and have waited', async () => {
    const sessionId = await ask(LIN.openId)
    const other = await ask('ou_other')
    join(other)()
    join(sessionId)
    join(sessionId)
    join(other)
    expect(listens).toBe(2)
    for (let round = 1; round <= 3; round++) {
      domain.clock.advance(4999)
      await domain.background.drain()
      expect(looks).toHaveLength(round - 1)
      domain.clock.advance(1)
      await domain.background.drain()
      expect(looks).toHaveLength(round)
    }
    expect(looks[0]).toEqual([sessionId, other])
  })

  it('is counted, each by itself', async () => {
    const leave = [join('one'), join('one'), join('other')]
    expect(domain.auth.waiters.count()).toBe(3)
    leave[0]?.()
    expect(domain.auth.waiters.count()).toBe(2)
    leave[1]?.()
    leave[2]?.()
    expect(domain.auth.waiters.count()).toBe(0)
  })

  it('is not woken by the end of another session', async () => {
    const woken: unknown[] = []
    const sessionId = await ask(LIN.openId)
    domain.auth.waiters.join(sessionId, (ended) => woken.push(ended?.id))
    await domain.auth.invalidateSession(await ask('ou_other'))
    await domain.background.drain()
    expect(woken).toEqual([])
    await domain.auth.invalidateSession(sessionId)
    expect(woken).toEqual([sessionId])
  })

  it('is let go at a shutdown, and so is who comes later', async () => {
    const woken: unknown[] = []
    const leave = domain.auth.waiters.join('one', (ended) => woken.push(ended))
    const closing = domain.auth.waiters.close()
    expect(woken).toEqual([null])
    leave()
    await closing
    const leaveAgain = domain.auth.waiters.join('other', (ended) => woken.push(ended))
    expect(woken).toEqual([null, null])
    leaveAgain()
    expect(domain.auth.waiters.count()).toBe(0)
    await domain.auth.waiters.close()
  })

  it('may leave twice, and holds up nobody else', async () => {
    const leave = join('one')
    const leaveOther = join('other')
    leave()
    leave()
    expect(domain.auth.waiters.count()).toBe(1)
    leaveOther()
    expect(listeners.size).toBe(0)
  })

  it('is waited for at a shutdown', async () => {
    const leave = join('one')
    let isClosed = false
    const closing = domain.auth.waiters.close().then(() => {
      isClosed = true
    })
    await domain.background.drain()
    await ask(LIN.openId)
    expect(isClosed).toBe(false)
    leave()
    await closing
  })

  it('does not hide a fault that is not of the database', async () => {
    join(await ask(LIN.openId))
    trouble = new TypeError('a bug')
    arrive(null)
    await expect(domain.background.drain()).rejects.toThrow(trouble)
  })
})
