import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SessionStore, Store } from '../../src/auth/ports.ts'
import type { SessionMove } from '../../src/auth/session.ts'
import type { TidingsListener } from '../../src/auth/tidings.ts'
import { AuthSessionNotFoundError, StoreUnavailableError } from '../../src/errors.ts'
import { createDomain, type Domain, LIN } from '../support/domain.ts'

const MINUTE = 60_000
const DECLINED = { to: 'rejected', endReason: 'declined_on_card' } as const
const ENDS: [string, SessionMove][] = [
  ['completed', { to: 'completed', grantedScopes: ['offline_access'], tenantKey: null }],
  ['declined', DECLINED],
  ['refused at Feishu', { to: 'rejected', endReason: 'access_denied' }],
  ['run out', { to: 'expired', endReason: 'timed_out' }],
  ['withdrawn', { to: 'expired', endReason: 'invalidated' }],
  ['superseded', { to: 'expired', endReason: 'superseded' }],
]

describe('waitForSession', () => {
  let domain: Domain
  let sessionId: string
  let tidings: TidingsOfTests
  /** Runs before each question for ended sessions. */
  let beforeLook: () => Promise<void>
  let looks: string[][]
  beforeEach(async () => {
    tidings = createTidingsOfTests()
    beforeLook = async () => {}
    looks = []
    domain = await createDomain({
      store: (real) => ({
        ...real,
        tidings,
        sessions: {
          ...real.sessions,
          async findEnded(ids) {
            looks.push([...ids])
            await beforeLook()
            return real.sessions.findEnded(ids)
          },
        },
      }),
    })
    sessionId = await ask(LIN.openId)
  })
  afterEach(() => domain.close())

  const ask = async (openId: string) =>
    (await domain.auth.requestAuthorization({ openId })).session.id

  const wait = (milliseconds = MINUTE, signal?: AbortSignal) =>
    domain.auth.waitForSession(sessionId, milliseconds, signal)

  /** Resolves when every wait begun so far has read its session: this read comes after theirs. */
  const areWaiting = () => domain.auth.readSession(sessionId)

  /** Ends the session as another instance does: nobody here is told. */
  const endElsewhere = (move: SessionMove, id = sessionId) =>
    domain.store.sessions.move(id, move, domain.clock.now())

  describe.each(ENDS)('for a session that is %s', (_, move) => {
    const end = { state: move.to, endReason: 'endReason' in move ? move.endReason : null }

    it('wakes at once when it happens here', async () => {
      const waiting = wait()
      await areWaiting()
      const session = await endElsewhere(move)
      domain.events.emit({ type: 'session_ended', session: session ?? expect.unreachable() })
      expect(await waiting).toMatchObject(end)
      expect(looks).toEqual([])
    })

    it('wakes with the tidings when it happens elsewhere', async () => {
      const waiting = wait()
      await areWaiting()
      await endElsewhere(move)
      tidings.arrive(sessionId)
      expect(await waiting).toMatchObject(end)
      expect(looks).toEqual([[sessionId]])
    })

    it('notices it within seconds when the tidings are lost', async () => {
      const waiting = wait()
      await areWaiting()
      await endElsewhere(move)
      domain.clock.advance(5000)
      expect(await waiting).toMatchObject(end)
      expect(looks).toEqual([[sessionId]])
    })

    it('does not begin when it has happened before', async () => {
      await endElsewhere(move)
      expect(await wait()).toMatchObject(end)
    })
  })

  it('looks at everything when any tidings may have been missed', async () => {
    const other = await ask('ou_other')
    const waiting = [wait(), domain.auth.waitForSession(other, MINUTE)]
    await areWaiting()
    await endElsewhere(DECLINED)
    await endElsewhere(DECLINED, other)
    tidings.arrive(null)
    const ended = await Promise.all(waiting)
    expect(ended.map(({ state }) => state)).toEqual(['rejected', 'rejected'])
    expect(looks).toEqual([[sessionId, other]])
  })

  it('sees the end that comes while it reads the session for the first time', async () => {
    const waiting = wait()
    // Nothing was awaited since: the wait has joined, and its read is on the way.
    await domain.auth.invalidateSession(sessionId)
    expect(await waiting).toMatchObject({ state: 'expired' })
  })

  it('goes on after tidings that were not true', async () => {
    const waiting = wait()
    tidings.arrive(sessionId)
    tidings.arrive(null)
    await domain.background.drain()
    expect(domain.auth.waiters.count()).toBe(1)
    await domain.auth.invalidateSession(sessionId)
    expect(await waiting).toMatchObject({ state: 'expired' })
  })

  it('asks the store once about tidings that come while it is being asked', async () => {
    const others = await Promise.all(['ou_1', 'ou_2', 'ou_3'].map(ask))
    const waiting = [wait(), ...others.map((id) => domain.auth.waitForSession(id, MINUTE))]
    let answer = () => {}
    const asked = new Promise<void>((resolve) => {
      beforeLook = () => {
        resolve()
        return new Promise((answered) => {
          answer = answered
        })
      }
    })
    tidings.arrive(sessionId)
    await asked
    beforeLook = async () => {}
    for (const id of [sessionId, ...others]) await endElsewhere(DECLINED, id)
    for (const id of [...others, ...others]) tidings.arrive(id)
    answer()
    await Promise.all(waiting)
    expect(looks).toEqual([[sessionId], others])
  })

  it('ends with its time, and the session as it stands', async () => {
    const waiting = wait(400)
    await areWaiting()
    domain.clock.advance(400)
    expect(await waiting).toMatchObject({ state: 'pending' })
  })

  it('tells an end that nobody told of when its time is over', async () => {
    const waiting = wait(400)
    await areWaiting()
    await endElsewhere(DECLINED)
    domain.clock.advance(400)
    expect(await waiting).toMatchObject({ state: 'rejected' })
  })

  it('can be longer than a timer', async () => {
    const waiting = wait(100 * 86_400_000)
    await areWaiting()
    domain.clock.advance(30 * 86_400_000)
    expect(domain.auth.waiters.count()).toBe(1)
    await domain.auth.invalidateSession(sessionId)
    expect(await waiting).toMatchObject({ state: 'expired' })
  })

  it('sets no timer that is too long for one, and reaches its end all the same', async () => {
    const naps: number[] = []
    const { sleep } = domain.clock
    domain.clock.sleep = (milliseconds, signal) => {
      naps.push(milliseconds)
      return sleep(milliseconds, signal)
    }
    const waiting = wait(30 * 86_400_000)
    await areWaiting()
    for (let day = 0; day < 30; day++) {
      await domain.background.drain()
      domain.clock.advance(86_400_000)
    }
    expect(await waiting).toMatchObject({ state: 'pending' })
    expect(Math.max(...naps)).toBeLessThan(2 ** 31)
  })

  it('leaves nothing behind at a caller who goes on to other waits', async () => {
    const { signal } = new AbortController()
    const [over, inVain] = [wait(400, signal), domain.auth.waitForSession('nothing', 400, signal)]
    await expect(inVain).rejects.toThrow(AuthSessionNotFoundError)
    await areWaiting()
    domain.clock.advance(400)
    await over
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('ends when the caller leaves', async () => {
    const leaving = new AbortController()
    const left = wait(MINUTE, leaving.signal)
    leaving.abort()
    expect(await left).toMatchObject({ state: 'pending' })
    expect(await wait(MINUTE, leaving.signal)).toMatchObject({ state: 'pending' })
  })

  it('ends with a shutdown, which waits for the last word, and does not begin again', async () => {
    const waiting = [wait(), wait()]
    let areLetGo = false
    const letGo = Promise.all(waiting).then(() => {
      areLetGo = true
    })
    await domain.auth.waiters.close()
    await letGo
    expect(areLetGo).toBe(true)
    expect(await wait()).toMatchObject({ state: 'pending' })
    await domain.auth.waiters.close()
  })

  it('does not begin for a session that is not there', async () => {
    await expect(domain.auth.waitForSession('nothing', MINUTE)).rejects.toThrow(
      AuthSessionNotFoundError,
    )
    expect(domain.auth.waiters.count()).toBe(0)
  })

  it('survives a database that is away for a while', async () => {
    const waiting = wait()
    await areWaiting()
    await endElsewhere(DECLINED)
    beforeLook = async () => {
      throw new StoreUnavailableError('find_ended', new Error('away'))
    }
    domain.clock.advance(5000)
    await domain.background.drain()
    expect(domain.auth.waiters.count()).toBe(1)
    beforeLook = async () => {}
    domain.clock.advance(5000)
    expect(await waiting).toMatchObject({ state: 'rejected' })
    expect(looks).toEqual([[sessionId], [sessionId]])
  })

  it('does not mind tidings that cannot be told', async () => {
    tidings.tell = async () => {
      throw new StoreUnavailableError('tell', new Error('away'))
    }
    await domain.auth.invalidateSession(sessionId)
    await domain.background.drain()
    expect((await domain.auth.readSession(sessionId)).state).toBe('expired')
  })

  it('keeps nothing when it is over, however it ended', async () => {
    const leaving = new AbortController()
    const over = [wait(400), wait(MINUTE, leaving.signal), wait(), wait()]
    expect(domain.auth.waiters.count()).toBe(4)
    expect(tidings.listeners.size).toBe(1)
    leaving.abort()
    await over[1]
    expect(domain.auth.waiters.count()).toBe(3)
    domain.clock.advance(400)
    await over[0]
    expect(tidings.listeners.size).toBe(1)
    await domain.auth.invalidateSession(sessionId)
    await Promise.all(over)
    expect(domain.auth.waiters.count()).toBe(0)
    expect(tidings.listeners.size).toBe(0)
    domain.clock.advance(MINUTE)
    expect(looks).toEqual([])
    // And it begins again.
    sessionId = await ask(LIN.openId)
    const again = wait()
    await areWaiting()
    await endElsewhere(DECLINED)
    tidings.arrive(sessionId)
    expect(await again).toMatchObject({ state: 'rejected' })
  })

  it('neither listens nor asks for who does not wait', async () => {
    expect(await wait(0)).toMatchObject({ state: 'pending' })
    expect(tidings.wasListenedTo).toBe(false)
  })

  it('costs a thousand callers of one session no question at its end', async () => {
    let reads = 0
    const sessions: SessionStore = domain.store.sessions
    const { find } = sessions
    sessions.find = (id) => {
      reads++
      return find(id)
    }
    const waiting = Array.from({ length: 1000 }, () => wait())
    expect(domain.auth.waiters.count()).toBe(1000)
    const session = await endElsewhere(DECLINED)
    expect(reads).toBe(1000)
    domain.events.emit({ type: 'session_ended', session: session ?? expect.unreachable() })
    const ended = await Promise.all(waiting)
    expect(new Set(ended.map(({ state }) => state))).toEqual(new Set(['rejected']))
    expect(reads).toBe(1000)
    expect(looks).toEqual([])
  })

  it('tells the other instances of every end here, after it is on disk', async () => {
    await domain.auth.invalidateSession(sessionId)
    await domain.background.drain()
    expect(tidings.told).toEqual([sessionId])
  })
})

/** Tidings that a test brings. */
type TidingsOfTests = Store['tidings'] & {
  told: string[]
  listeners: Set<TidingsListener>
  wasListenedTo: boolean
  arrive(sessionId: string | null): void
}

function createTidingsOfTests(): TidingsOfTests {
  const fake: TidingsOfTests = {
    told: [],
    listeners: new Set(),
    wasListenedTo: false,
    arrive(sessionId) {
      for (const hear of fake.listeners) hear(sessionId)
    },
    async tell(sessionId) {
      fake.told.push(sessionId)
    },
    listen(hear) {
      fake.wasListenedTo = true
      fake.listeners.add(hear)
      return () => fake.listeners.delete(hear)
    },
  }
  return fake
}
