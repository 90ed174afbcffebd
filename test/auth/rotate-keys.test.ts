import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createApps } from '../../src/auth/apps.ts'
import type { Grant } from '../../src/auth/grant.ts'
import { keyHoldings, keyUsage } from '../../src/auth/key-usage.ts'
import type { Store, TokenCipher } from '../../src/auth/ports.ts'
import { createReadToken } from '../../src/auth/read-token.ts'
import { createRotateKeys, type Rotation } from '../../src/auth/rotate-keys.ts'
import type { AuthSession } from '../../src/auth/session.ts'
import { accessTokenBinding, refreshTokenBinding } from '../../src/auth/store-grant.ts'
import { createTickets } from '../../src/auth/ticket.ts'
import { createTokenCipher } from '../../src/auth/token-cipher.ts'
import { StoreUnavailableError } from '../../src/errors.ts'
import { openStore } from '../../src/store/open-store.ts'
import { createSystemClock } from '../../src/system-clock.ts'
import { aSession, inSeconds, insertGrant, insertSession, NOW } from '../store/contract/samples.ts'

const oldKey = { id: 'old', key: randomBytes(32) }
const newKey = { id: 'new', key: randomBytes(32) }
const lostKey = { id: 'lost', key: randomBytes(32) }
const withOld = createTokenCipher({ keys: [oldKey] })
const withNew = createTokenCipher({ keys: [newKey] })
const withLost = createTokenCipher({ keys: [lostKey] })
const apps = createApps([
  { appId: 'cli_a', brand: 'feishu', redirectUri: 'https://bot.example/cb', defaultScopes: [] },
])
const withBoth = createTokenCipher({ keys: [newKey, oldKey] })

// A thousand people authorize first, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

let store: Store
beforeEach(async () => {
  store = await openStore({ databaseUrl: 'file::memory:' })
})
afterEach(() => store.close())

const rotating = (over: Store = store, batchSize = 10) =>
  createRotateKeys({
    store: over,
    cipher: withBoth,
    clock: createSystemClock(),
    sealingKeyId: 'new',
    batchSize,
  })

/** A grant of a person, whose card waits no more; its refresh token may be sealed with another key. */
async function grantOf(openId: string, access: TokenCipher, refresh: TokenCipher | null = access) {
  const row = { appId: 'cli_a', tenantKey: 'tenant_a', openId }
  const grant = await insertGrant(store, {
    ...row,
    sealedAccessToken: access.seal(`access of ${openId}`, accessTokenBinding(row)),
    sealedRefreshToken:
      refresh === null ? null : refresh.seal(`refresh of ${openId}`, refreshTokenBinding(row)),
    refreshTokenExpiresAt: refresh && inSeconds(604_800),
  })
  await store.sessions.completeGranted(NOW, 9)
  return grant
}

function openBoth(cipher: TokenCipher, grant: Grant) {
  return [
    cipher.open(grant.sealedAccessToken, accessTokenBinding(grant)),
    grant.sealedRefreshToken && cipher.open(grant.sealedRefreshToken, refreshTokenBinding(grant)),
  ]
}

describe('rotating keys', () => {
  it('seals 1,000 grants anew while they are read, and the old key is not needed afterwards', async () => {
    const people = Array.from({ length: 1000 }, (_, each) => `ou_${each}`)
    for (const [each, openId] of people.entries()) {
      const refresh = each % 10 === 0 ? null : each % 3 === 0 ? withNew : withOld
      await grantOf(openId, withOld, refresh)
    }
    const readToken = createReadToken(withBoth)
    let isRotating = true
    let [read, failures] = [0, 0]
    const reads = (async () => {
      for (let each = 0; isRotating; each = (each + 7) % people.length) {
        const openId = people[each] ?? ''
        const grant = await store.grants.find('cli_a', openId)
        try {
          const token = grant && readToken(grant).accessToken
          if (token !== `access of ${openId}`) failures++
        } catch {
          failures++
        }
        read++
        await new Promise((resolve) => setImmediate(resolve))
      }
    })()

    const progress: Rotation[] = []
    const rotated = await rotating()((rotation) => progress.push(rotation))
    isRotating = false
    await reads

    expect(rotated).toEqual({ resealed: 1000, unreadable: 0 })
    expect(failures).toBe(0)
    expect(read).toBeGreaterThanOrEqual(100)
    expect(progress.length).toBeGreaterThan(50)
    expect(await store.grants.countByKey()).toEqual([{ keyId: 'new', count: 1000 }])
    for (const [each, openId] of people.entries()) {
      const grant = await store.grants.find('cli_a', openId)
      const refresh = each % 10 === 0 ? null : `refresh of ${openId}`
      expect(grant && openBoth(withNew, grant)).toEqual([`access of ${openId}`, refresh])
      expect(grant?.version).toBe(1)
    }
  })

  it('does nothing the second time', async () => {
    await grantOf('ou_lin', withOld)
    expect(await rotating()()).toEqual({ resealed: 1, unreadable: 0 })
    const before = await store.grants.find('cli_a', 'ou_lin')
    expect(await rotating()()).toEqual({ resealed: 0, unreadable: 0 })
    expect(await store.grants.find('cli_a', 'ou_lin')).toEqual(before)
  })

  it('never writes over a pair that was refreshed meanwhile', async () => {
    await grantOf('ou_lin', withOld)
    const refreshed = { access: 'fresh access', refresh: 'fresh refresh' }
    let isFirst = true
    const racing: Store = {
      ...store,
      grants: {
        ...store.grants,
        async reseal(resealed) {
          const grant = resealed[0]?.grant
          if (isFirst && grant) {
            isFirst = false
            await store.grants.rotate(grant.version, {
              ...grant,
              // By an instance that does not have the new key in front yet.
              sealedAccessToken: withOld.seal(refreshed.access, accessTokenBinding(grant)),
              sealedRefreshToken: withOld.seal(refreshed.refresh, refreshTokenBinding(grant)),
            })
          }
          return store.grants.reseal(resealed)
        },
      },
    }
    expect(await rotating(racing)()).toEqual({ resealed: 1, unreadable: 0 })
    const grant = await store.grants.find('cli_a', 'ou_lin')
    expect(grant?.version).toBe(2)
    expect(grant && openBoth(withNew, grant)).toEqual([refreshed.access, refreshed.refresh])
  })

  it('counts what no key opens and leaves it as it is', async () => {
    const lost = await grantOf('ou_lost', withLost)
    const half = await grantOf('ou_half', withOld, withLost)
    await grantOf('ou_lin', withOld)
    expect(await rotating()()).toEqual({ resealed: 1, unreadable: 2 })
    expect(await store.grants.find('cli_a', 'ou_lost')).toEqual(lost)
    expect(await store.grants.find('cli_a', 'ou_half')).toEqual(half)
  })

  it('counts each once over many reads', async () => {
    for (let each = 0; each < 7; each++) await grantOf(`ou_${each}`, withLost)
    expect(await rotating(store, 3)()).toEqual({ resealed: 0, unreadable: 7 })
  })

  it('tells how far it has come after each batch of any kind', async () => {
    const tell = async (over = store, batchSize = 3) => {
      const told: Rotation[] = []
      await rotating(over, batchSize)((rotation) => told.push(rotation))
      return told.map(({ resealed, unreadable }) => [resealed, unreadable])
    }
    for (const openId of ['ou_1', 'ou_2', 'ou_3', 'ou_4']) await grantOf(openId, withOld)
    const both = [
      [2, 0],
      [4, 0],
    ]
    expect(await tell(store, 2)).toEqual(both)
    for (const openId of ['ou_5', 'ou_6', 'ou_7']) await grantOf(openId, withOld)
    // Two of the first batch are in the hands of somebody else just then.
    let tries = 0
    const reseal: Store['grants']['reseal'] = (resealed) =>
      store.grants.reseal(tries++ === 0 ? resealed.slice(2) : resealed)
    const busy = { ...store, grants: { ...store.grants, reseal } }
    const late = [
      [1, 0],
      [3, 0],
    ]
    expect(await tell(busy)).toEqual(late)
    await grantOf('ou_8', withOld)
    for (const openId of ['ou_9', 'ou_10']) await grantOf(openId, withLost)
    const unreadable = [
      [0, 2],
      [1, 2],
      [1, 2],
    ]
    expect(await tell()).toEqual(unreadable)
  })

  it('writes the grants of a batch in one statement', async () => {
    for (let each = 0; each < 25; each++) await grantOf(`ou_${each}`, withOld)
    const written: number[] = []
    const reseal: Store['grants']['reseal'] = async (resealed) => {
      const count = await store.grants.reseal(resealed)
      written.push(count)
      return count
    }
    await rotating({ ...store, grants: { ...store.grants, reseal } })()
    expect(written).toEqual([10, 10, 5])
  })

  it('seals the tickets of cards that wait, and their links stay as they are', async () => {
    const tickets = (cipher: TokenCipher) => createTickets({ apps, cipher })
    const issue = (cipher: TokenCipher, openId: string, changes: Partial<AuthSession> = {}) => {
      const session = aSession({ openId, ...changes })
      return insertSession(store, { ...session, ...tickets(cipher).issue(session) })
    }
    const waiting = [await issue(withOld, 'ou_1'), await issue(withOld, 'ou_2')]
    const links = waiting.map((session) => tickets(withOld).link(session))
    const ours = await issue(withNew, 'ou_3')
    const lost = await issue(withLost, 'ou_4')
    const over = await issue(withOld, 'ou_5')
    await store.sessions.move(over.id, { to: 'rejected', endReason: 'declined_on_card' }, NOW)

    expect(await rotating(store, 1)()).toEqual({ resealed: 2, unreadable: 1 })
    for (const [index, { id }] of waiting.entries()) {
      const session = await store.sessions.find(id)
      expect(session && tickets(withNew).link(session)).toBe(links[index])
    }
    // One that ended is never opened again.
    for (const { id, sealedTicket } of [ours, lost, over]) {
      expect((await store.sessions.find(id))?.sealedTicket).toBe(sealedTicket)
    }
  })

  it('fails with the database, and takes no grant for unreadable', async () => {
    await grantOf('ou_lin', withOld)
    const away = new StoreUnavailableError('grants.reseal', new Error('away'))
    const reseal = () => Promise.reject(away)
    await expect(rotating({ ...store, grants: { ...store.grants, reseal } })()).rejects.toBe(away)
  })

  it('looks once more after it has done something, and no more', async () => {
    await grantOf('ou_lin', withOld)
    let looks = 0
    const countByKey = () => {
      looks++
      return store.grants.countByKey()
    }
    const watched = { ...store, grants: { ...store.grants, countByKey } }
    await rotating(watched)()
    expect(looks).toBe(2)
    await rotating(watched)()
    expect(looks).toBe(3)
  })

  it('comes to an end although another instance goes on sealing with the old key', async () => {
    await grantOf('ou_lin', withOld)
    const stubborn: Store = {
      ...store,
      grants: {
        ...store.grants,
        async reseal(resealed) {
          const done = await store.grants.reseal(resealed)
          for (const { grant: pair } of resealed) {
            const grant = await store.grants.find(pair.appId, pair.openId)
            if (grant) await store.grants.reseal([{ grant, pair }])
          }
          return done
        },
      },
    }
    const { resealed } = await rotating(stubborn)()
    expect(resealed).toBeGreaterThan(1)
    expect(await store.grants.countByKey()).toEqual([{ keyId: 'old', count: 1 }])
  })
})

describe('rotating keys while Feishu is yet to be told of revocations', () => {
  const row = { appId: 'cli_a', tenantKey: 'tenant_a', openId: 'ou_lin' }

  /** A revocation; where a token is left out, Feishu was told of it. */
  async function revocationOf(id: string, access: TokenCipher | null, refresh: TokenCipher | null) {
    await store.revocations.put({
      ...row,
      ...{ id, sessionId: id, cause: 'user', grantVersion: 1, authorizedAt: inSeconds(0) },
      sealedAccessToken: access?.seal(`access of ${id}`, accessTokenBinding(row)) ?? null,
      accessTokenExpiresAt: inSeconds(7200),
      sealedRefreshToken: refresh?.seal(`refresh of ${id}`, refreshTokenBinding(row)) ?? null,
      refreshTokenExpiresAt: inSeconds(604_800),
      ...{ attempts: 0, dueAt: inSeconds(0) },
    })
  }

  it('seals what is left of each anew, and counts what no key opens', async () => {
    await grantOf('ou_lin', withOld)
    await revocationOf('both', withOld, withOld)
    await revocationOf('mixed', withOld, withNew)
    await revocationOf('left', null, withOld)
    await revocationOf('done', withNew, null)
    await revocationOf('lost', withLost, null)
    expect(await rotating(store, 2)()).toEqual({ resealed: 4, unreadable: 1 })
    const counts = await store.revocations.countByKey()
    expect(new Map(counts.map(({ keyId, count }) => [keyId, count]))).toEqual(
      new Map([
        ['new', 4],
        ['lost', 1],
      ]),
    )
    const kept = await store.revocations.claimDue(inSeconds(0), inSeconds(60), 9)
    const both = kept.find(({ id }) => id === 'both')
    expect(withNew.open(both?.sealedAccessToken ?? '', accessTokenBinding(row))).toBe(
      'access of both',
    )
    const left = kept.find(({ id }) => id === 'left')
    expect(left?.sealedAccessToken).toBeNull()
    expect(withNew.open(left?.sealedRefreshToken ?? '', refreshTokenBinding(row))).toBe(
      'refresh of left',
    )
  })

  it('brings back no token that Feishu was told of meanwhile', async () => {
    await revocationOf('both', withOld, withOld)
    const reseal: Store['revocations']['reseal'] = async (revocation, tokens) => {
      const done = { accessToken: true, refreshToken: false }
      await store.revocations.noteTry(revocation.id, done, inSeconds(0))
      return store.revocations.reseal(revocation, tokens)
    }
    const racing = { ...store, revocations: { ...store.revocations, reseal } }
    expect(await rotating(racing)()).toEqual({ resealed: 1, unreadable: 0 })
    const [kept] = await store.revocations.claimDue(inSeconds(0), inSeconds(60), 9)
    expect(kept?.sealedAccessToken).toBeNull()
  })
})

describe('what keys hold', () => {
  it('is told in the order of the ring, then what is not in it', () => {
    const counts = [
      { keyId: 'gone', count: 2 },
      { keyId: null, count: 1 },
      { keyId: 'old', count: 5 },
    ]
    const untold = [
      { keyId: 'old', count: 1 },
      { keyId: 'lost', count: 1 },
    ]
    expect(keyUsage(['new', 'old'], counts, untold)).toEqual([
      { keyId: 'new', grants: 0, revocations: 0, standing: 'seals' },
      { keyId: 'old', grants: 5, revocations: 1, standing: 'opens' },
      { keyId: 'gone', grants: 2, revocations: 0, standing: 'missing' },
      { keyId: null, grants: 1, revocations: 0, standing: 'unknown' },
      { keyId: 'lost', grants: 0, revocations: 1, standing: 'missing' },
    ])
  })

  it('is nothing but the ring where nobody has counted revocations', () => {
    expect(keyUsage(['new'], [])).toEqual([
      { keyId: 'new', grants: 0, revocations: 0, standing: 'seals' },
    ])
  })

  it('is everything that is sealed, also with keys that hold no grant', () => {
    const sealed = {
      grants: [{ keyId: 'old', count: 5 }],
      revocations: [],
      tickets: [
        { keyId: 'old', count: 2 },
        { keyId: 'lost', count: 1 },
      ],
      verifiers: [{ keyId: 'new', count: 3 }],
      replies: [
        { keyId: 'lost', count: 4 },
        { keyId: null, count: 6 },
      ],
    }
    const none = { grants: 0, revocations: 0, cards: 0, signIns: 0, answers: 0 }
    expect(keyHoldings(['new', 'old'], sealed)).toEqual([
      { ...none, keyId: 'new', signIns: 3, standing: 'seals' },
      { ...none, keyId: 'old', grants: 5, cards: 2, standing: 'opens' },
      { ...none, keyId: 'lost', cards: 1, answers: 4, standing: 'missing' },
      { ...none, keyId: null, answers: 6, standing: 'unknown' },
    ])
  })
})
