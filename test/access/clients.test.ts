import { describe, expect, it } from 'vitest'
import type { ApiKeyRecord } from '../../src/access/api-key-store.ts'
import { createClients } from '../../src/access/clients.ts'
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
  return {
    clock,
    asked,
    keys,
    clients: createClients({ environmentKeys, store: { findUsable }, clock }),
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
})
