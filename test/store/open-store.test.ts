import { describe, expect, it } from 'vitest'
import { type AuditFact, chainAfter, GENESIS } from '../../src/access/audit-chain.ts'
import { ConfigurationError, StoreUnavailableError } from '../../src/errors.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { FinishedOperation } from '../../src/store/watch-operations.ts'
import { aGrant, anAttempt, aSession, inSeconds, insertSession, NOW } from './contract/samples.ts'

describe('openStore', () => {
  it.each(['', 'mysql://host/database', 'data/auth.db', 'https://someone:hunter2@host'])(
    'refuses %j as a configuration fault that does not repeat the URL',
    async (databaseUrl) => {
      const error: unknown = await openStore({ databaseUrl }).catch((thrown) => thrown)
      expect(error).toBeInstanceOf(ConfigurationError)
      expect(`${error}`).not.toContain('hunter2')
    },
  )

  it('tells which engine it opened', async () => {
    const store = await openStore({ databaseUrl: 'file::memory:' })
    expect(store.engine).toBe('sqlite')
    await store.close()
  })

  it('closes once however often it is asked, and then every operation is unavailable', async () => {
    const store = await openStore({ databaseUrl: 'file::memory:' })
    await Promise.all([store.close(), store.close()])
    await store.close()
    await expect(store.ping()).rejects.toThrow(StoreUnavailableError)
    await expect(store.sessions.find('any')).rejects.toThrow(StoreUnavailableError)
  })
})

describe('a refused statement', () => {
  it('becomes StoreUnavailableError with no value of the statement anywhere in it', async () => {
    const store = await openStore({ databaseUrl: 'file::memory:' })
    const session = await insertSession(store)
    const attempt = anAttempt(session.id, { sealedVerifier: 'very-secret-verifier' })
    await store.attempts.insert(attempt)
    const error: unknown = await store.attempts.insert(attempt).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(StoreUnavailableError)
    expect(error).toMatchObject({
      message: expect.stringContaining('attempts.insert'),
      cause: { trouble: 'constraint', driverCode: 'SQLITE_CONSTRAINT_PRIMARYKEY' },
    })
    const shown = everythingIn(error)
    expect(shown).not.toContain('very-secret-verifier')
    expect(shown).not.toContain(attempt.stateHash)
    await store.close()
  })

  it('for an attempt of no session is a constraint as well', async () => {
    const store = await openStore({ databaseUrl: 'file::memory:' })
    await expect(store.attempts.insert(anAttempt(aSession().id))).rejects.toMatchObject({
      cause: { trouble: 'constraint' },
    })
    await store.close()
  })
})

describe('the listener of operations', () => {
  it('hears the name, the duration and the trouble of each', async () => {
    const heard: FinishedOperation[] = []
    const store = await openStore({
      databaseUrl: 'file::memory:',
      onOperation: (finished) => heard.push(finished),
    })
    const session = await insertSession(store)
    await store.grants.save(aGrant(session))
    await store.close()
    await store.ping().catch(() => {})
    expect(heard.map(({ operation, trouble }) => [operation, trouble])).toEqual([
      ['sessions.insert', null],
      ['grants.save', null],
      ['database.ping', 'other'],
    ])
    for (const { seconds } of heard) expect(seconds).toBeGreaterThanOrEqual(0)
  })

  it('hears of no trouble where a race is lost', async () => {
    const heard: FinishedOperation[] = []
    const store = await openStore({
      databaseUrl: 'file::memory:',
      onOperation: (finished) => heard.push(finished),
    })
    const session = await insertSession(store)
    const grant = await store.grants.save(aGrant(session))
    const message = { id: 'w-1', event: 'token.revoked', payload: '{}' } as const
    const fact: AuditFact = {
      at: NOW,
      actor: 'service',
      action: 'keys_rotated',
      outcome: 'done',
      appId: null,
      openId: null,
      detail: {},
    }
    const lost = []
    for (const _time of ['won', 'lost']) {
      const { appId, openId } = session
      lost.push(
        await store.sessions.insert(aSession({ appId, openId })),
        await store.upkeeps.claim(session, 'process_a', NOW, inSeconds(10)),
        await store.seenEvents.markSeen('event', NOW),
        await store.webhooks.put(message, NOW),
        await store.audit.append([chainAfter(GENESIS, fact)]),
      )
    }
    if (grant === null) throw new Error('The grant was not saved.')
    const rotated = { ...grant, issuedAt: inSeconds(1) }
    expect(await store.grants.rotate(grant.version, rotated)).not.toBeNull()
    lost.push(await store.grants.rotate(grant.version, rotated))
    expect(lost.slice(-6)).toEqual([null, null, false, false, 0, null])
    expect(heard.filter(({ trouble }) => trouble !== null)).toEqual([])
    await store.close()
  })
})

function everythingIn(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const fields = Object.getOwnPropertyNames(error).map((name) => Reflect.get(error, name))
  return fields
    .map((field) => (field instanceof Error ? everythingIn(field) : JSON.stringify(field)))
    .join(' ')
}
