import { describe, expect, it } from 'vitest'
import type { ApiKeyRecord } from '../../src/access/api-key-store.ts'
import { type Client, type Clients, createClients } from '../../src/access/clients.ts'
import { EVERYTHING } from '../../src/access/permits.ts'
import { hashSecret } from '../../src/auth/one-time-secret.ts'
import { createFakeClock } from '../support/fake-clock.ts'

const SECRET = `fca_${'s'.repeat(43)}`
const KEY: ApiKeyRecord = {
  id: '1',
  name: 'calendar-bot',
  secretHash: hashSecret(SECRET),
  permissions: { actions: ['read'], appIds: ['*'], scopes: ['*'], people: ['*'] },
  createdAt: new Date(0),
  revokedAt: null,
}

function setUp(environmentKeys: { name: string; secretHash: string }[] = []) {
  const clock = createFakeClock()
  const asked: string[] = []
  const keys = new Map([[KEY.secretHash, KEY]])
  const findUsable = async (secretHash: string) => {
    asked.push(secretHash)
    return keys.get(secretHash) ?? null
  }
  let listed = 0
  const list = async () => {
    listed += 1
    return [...keys.values()]
  }
  return {
    clock,
    asked,
    keys,
    listed: () => listed,
    clients: createClients({ environmentKeys, store: { findUsable, list }, clock }),
  }
}

describe('clients', () => {
  it('are found by a key of the environment, which may do everything, without the database', async () => {
    const { clients, asked } = setUp([{ name: 'ops', secretHash: hashSecret('a secret of ops') }])
    expect(await clients.find('a secret of ops')).toEqual({ name: 'ops', permissions: EVERYTHING })
    expect(await clients.find('another secret')).toBeNull()
    expect(asked).toEqual([])
  })

  it('are remembered for two seconds, and asked for again after that', async () => {
    const { clients, asked, keys, clock } = setUp()
    const client = { name: 'calendar-bot', permissions: KEY.permissions }
    expect(await clients.find(SECRET)).toEqual(client)
    expect(await clients.find(SECRET)).toEqual(client)
    expect(asked).toEqual([KEY.secretHash])
    keys.clear()
    clock.advance(1999)
    expect(await clients.find(SECRET)).toEqual(client)
    clock.advance(1)
    expect(await clients.find(SECRET)).toBeNull()
  })

  it('who are not found are not remembered', async () => {
    const { clients, keys } = setUp()
    keys.clear()
    expect(await clients.find(SECRET)).toBeNull()
    keys.set(KEY.secretHash, KEY)
    expect(await clients.find(SECRET)).not.toBeNull()
  })

  it('of one name are two callers', async () => {
    const { clients } = setUp([{ name: KEY.name, secretHash: hashSecret('a secret of ops') }])
    expect((await clients.find(SECRET))?.name).toBe('calendar-bot@database')
  })

  it('are still known until two seconds after their key was revoked elsewhere', async () => {
    const { clients, asked, keys, clock } = setUp()
    const client = await found(clients)
    keys.clear()
    clock.advance(1999)
    expect(await clients.isStillKnown(client)).toBe(true)
    expect(asked).toHaveLength(1)
    clock.advance(1)
    expect(await clients.isStillKnown(client)).toBe(false)
  })

  it('are not known any more at once when their key was revoked here', async () => {
    const { clients, keys } = setUp()
    const client = await found(clients)
    keys.clear()
    clients.forget(KEY.secretHash)
    expect(await clients.isStillKnown(client)).toBe(false)
    expect(await clients.find(SECRET)).toBeNull()
  })

  it('of the environment are known as long as the process runs, without the database', async () => {
    const { clients, asked } = setUp([{ name: 'ops', secretHash: hashSecret('a secret of ops') }])
    expect(await clients.isStillKnown(await found(clients, 'a secret of ops'))).toBe(true)
    expect(asked).toEqual([])
  })
})

describe('behind an address that sends wrong keys', () => {
  const LONG = 'a1'.repeat(16)
  const wrong = (index: number) => `fca_${String(index).padStart(43, '0')}`

  it('right ones are found, of the database and of the environment', async () => {
    const { clients } = setUp([{ name: 'ops', secretHash: hashSecret(LONG) }])
    expect((await clients.findUnguessable(SECRET))?.name).toBe('calendar-bot')
    expect((await clients.findUnguessable(LONG))?.name).toBe('ops')
  })

  it('what is short enough to be guessed is not looked at', async () => {
    const short = LONG.slice(1)
    const { clients } = setUp([{ name: 'ops', secretHash: hashSecret(short) }])
    expect(await clients.findUnguessable(short)).toBeNull()
    expect(clients.known(short)).toBeNull()
    expect((await clients.find(short))?.name).toBe('ops')
  })

  it('those who have just called are known without a look at the database', async () => {
    const { clients, asked, clock } = setUp([{ name: 'ops', secretHash: hashSecret(LONG) }])
    expect(clients.known(LONG)?.name).toBe('ops')
    expect(clients.known(SECRET)).toBeNull()
    const client = await found(clients)
    clock.advance(1999)
    expect(clients.known(SECRET)).toBe(client)
    clock.advance(1)
    expect(clients.known(SECRET)).toBeNull()
    expect(asked).toHaveLength(1)
  })

  it('a flood of invented ones reads the database once in two seconds', async () => {
    const { clients, asked, listed, clock } = setUp()
    const flood = () =>
      Promise.all(Array.from({ length: 500 }, (_, index) => clients.findUnguessable(wrong(index))))
    expect(new Set(await flood())).toEqual(new Set([null]))
    clock.advance(1999)
    await flood()
    expect([asked, listed()]).toEqual([[], 1])
    clock.advance(1)
    await flood()
    expect([asked, listed()]).toEqual([[], 2])
  })

  it('a revoked one is found no longer than two seconds, and not at all once it was revoked here', async () => {
    const { clients, keys, clock } = setUp()
    await clients.findUnguessable(wrong(1))
    clock.advance(1500)
    keys.set(KEY.secretHash, { ...KEY, revokedAt: clock.now() })
    expect(await clients.findUnguessable(SECRET)).not.toBeNull()
    clock.advance(500)
    expect(await clients.findUnguessable(SECRET)).toBeNull()
    keys.set(KEY.secretHash, KEY)
    clock.advance(2000)
    await clients.findUnguessable(SECRET)
    keys.set(KEY.secretHash, { ...KEY, revokedAt: clock.now() })
    clients.forget(KEY.secretHash)
    expect(await clients.findUnguessable(SECRET)).toBeNull()
  })

  it('the database is asked again after it has failed', async () => {
    const { clock } = setUp()
    let fails = true
    const list = async () => {
      if (fails) throw new Error('The database is away.')
      return [KEY]
    }
    const store = { list, findUsable: async () => null }
    const clients = createClients({ environmentKeys: [], store, clock })
    await expect(clients.findUnguessable(SECRET)).rejects.toThrow('The database is away.')
    fails = false
    expect(await clients.findUnguessable(SECRET)).not.toBeNull()
  })
})

async function found(clients: Clients, secret = SECRET): Promise<Client> {
  const client = await clients.find(secret)
  if (!client) throw new Error('nobody has this secret')
  return client
}
