import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TidingsListener } from '../../src/auth/tidings.ts'
import { createDomain, type Domain, LIN } from '../support/domain.ts'

describe('whoever waits for sessions', () => {
  let domain: Domain
  let listeners: Set<TidingsListener>
  /** The answer to each question for ended sessions. */
  let looks: string[][]
  let trouble: Error | null
  beforeEach(async () => {
    listeners = new Set()
    looks = []
    trouble = null
    domain = await createDomain({
      store: (real) => ({
        ...real,
        tidings: {
          async tell() {},
          listen(hear) {
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
