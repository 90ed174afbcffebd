import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type AuditEntry, chainAfter, GENESIS, hashOf } from '../../src/access/audit-chain.ts'
import { createAuditMark } from '../../src/access/audit-mark.ts'
import { createVerifyAudit } from '../../src/access/verify-audit.ts'
import { createWatchChain } from '../../src/access/watch-chain.ts'
import { createTokenCipher } from '../../src/auth/token-cipher.ts'
import { StoreUnavailableError } from '../../src/errors.ts'
import { createLogger } from '../../src/observability/logger.ts'
import { createAuditInMemory } from './audit-in-memory.ts'

/** A chain longer than a page. */
const LENGTH = 1200
/** The entry that is tampered with. */
const TARGET = 700

const cipher = createTokenCipher({ keys: [{ id: 'k1', key: randomBytes(32) }] })
/** A mark that proves nothing: what the hashes alone can show. */
const UNTOUCHED = { read: async () => GENESIS }

function setUp() {
  const store = createAuditInMemory()
  const mark = createAuditMark({ store, cipher })
  grow(LENGTH)
  const at = (sequence: number): AuditEntry => {
    const entry = store.entries[sequence - 1]
    if (!entry) throw new Error('there is no such entry')
    return entry
  }
  const pauses: number[] = []
  const sleep = async (milliseconds: number) => void pauses.push(milliseconds)
  const verify = createVerifyAudit({ store, mark: UNTOUCHED, clock: { sleep } })
  const verifyMarked = createVerifyAudit({ store, mark, clock: { sleep } })
  return { store, at, grow, pauses, verify, mark, verifyMarked }

  function grow(count: number): void {
    for (let index = 0; index < count; index++) {
      store.entries.push(
        chainAfter(store.entries.at(-1) ?? GENESIS, {
          at: new Date(store.entries.length),
          actor: 'key:calendar-bot',
          action: 'token_read',
          outcome: 'done',
          appId: 'cli_a',
          openId: 'ou_lin',
          detail: { scopes: ['a:b'] },
        }),
      )
    }
  }
}

describe('the audit chain', () => {
  it('is whole as it was written, and is read in pages that let others work', async () => {
    const { verify, at, pauses } = setUp()
    const { sequence, hash } = at(LENGTH)
    expect(await verify()).toEqual({ ok: true, entries: LENGTH, head: { sequence, hash } })
    expect(pauses.length).toBeGreaterThan(1)
  })

  it.each<[string, Partial<AuditEntry>]>([
    ['person', { openId: 'ou_alex' }],
    ['time', { at: new Date(1) }],
    ['actor', { actor: 'cli' }],
    ['outcome', { outcome: 'forbidden' }],
    ['detail', { detail: { scopes: ['a:b', 'c:d'] } }],
  ])('shows an edit of the %s', async (_field, change) => {
    const { verify, at, store } = setUp()
    store.entries[TARGET - 1] = { ...at(TARGET), ...change }
    expect(await verify()).toMatchObject({ ok: false, sequence: TARGET, fault: 'altered' })
  })

  it('shows an edit whose hash was made to fit', async () => {
    const { verify, at, store } = setUp()
    const edited = { ...at(TARGET), openId: 'ou_alex' }
    store.entries[TARGET - 1] = { ...edited, hash: hashOf(edited) }
    expect(await verify()).toMatchObject({ ok: false, sequence: TARGET + 1, fault: 'unlinked' })
  })

  it('shows an entry that was removed from the middle, or from the beginning', async () => {
    for (const removed of [TARGET, 1]) {
      const { verify, store } = setUp()
      store.entries.splice(removed - 1, 1)
      expect(await verify()).toMatchObject({ ok: false, sequence: removed, fault: 'missing' })
    }
  })

  it('shows two entries that changed places', async () => {
    const { verify, at, store } = setUp()
    const [one, two] = [at(TARGET), at(TARGET + 1)]
    store.entries[TARGET - 1] = { ...two, sequence: TARGET }
    store.entries[TARGET] = { ...one, sequence: TARGET + 1 }
    expect(await verify()).toMatchObject({ ok: false, sequence: TARGET })
  })

  it('shows a cut end to whoever remembers the head', async () => {
    const { verify, at, store } = setUp()
    const expected = { sequence: LENGTH, hash: at(LENGTH).hash }
    store.entries.pop()
    expect(await verify()).toMatchObject({ ok: true })
    expect(await verify({ expected })).toMatchObject({
      ok: false,
      sequence: LENGTH,
      fault: 'missing',
    })
  })

  it('shows a chain written anew to whoever remembers the head', async () => {
    const { verify, at, store } = setUp()
    const expected = { sequence: LENGTH, hash: at(LENGTH).hash }
    let last = at(TARGET - 1)
    for (const { hash: _hash, ...entry } of store.entries.splice(TARGET - 1)) {
      last = chainAfter(last, { ...entry, openId: 'ou_alex' })
      store.entries.push(last)
    }
    expect(await verify()).toMatchObject({ ok: true, entries: LENGTH })
    expect(await verify({ expected })).toMatchObject({ ok: false, fault: 'altered' })
  })
})

describe('the sealed mark of the end', () => {
  const headAt = ({ sequence, hash }: AuditEntry) => ({ sequence, hash })

  it('shows a cut end, and a chain written anew, across a restart', async () => {
    const { verifyMarked, mark, at, store } = setUp()
    await mark.begin()
    await mark.moveTo(headAt(at(LENGTH)))
    expect(await verifyMarked()).toMatchObject({ ok: true, entries: LENGTH })
    const [last] = store.entries.splice(LENGTH - 1)
    const cut = { ok: false, sequence: LENGTH, fault: 'missing' }
    expect(await verifyMarked()).toMatchObject(cut)
    const { hash: _hash, ...entry } = last ?? at(1)
    store.entries.push(chainAfter(at(LENGTH - 1), { ...entry, openId: 'ou_alex' }))
    expect(await verifyMarked()).toMatchObject({ ok: false, sequence: LENGTH, fault: 'altered' })
  })

  it('shows that it was taken away, damaged, or sealed with another key', async () => {
    const { verifyMarked, mark, at, store } = setUp()
    const unmarked = { ok: false, sequence: LENGTH, fault: 'unmarked' }
    expect(await verifyMarked()).toMatchObject(unmarked)
    const others = createTokenCipher({ keys: [{ id: 'k1', key: randomBytes(32) }] })
    await createAuditMark({ store, cipher: others }).settle(headAt(at(LENGTH)))
    expect(await verifyMarked()).toMatchObject(unmarked)
    await mark.settle(headAt(at(LENGTH)))
    expect(await verifyMarked()).toMatchObject({ ok: true })
    store.sealedMark = `${store.sealedMark?.slice(0, -4)}AAAA`
    expect(await verifyMarked()).toMatchObject(unmarked)
  })

  it('is not made anew by who writes, only by who knows the end', async () => {
    const { verifyMarked, mark, at, store } = setUp()
    await mark.moveTo(headAt(at(LENGTH)))
    expect(store.sealedMark).toBeNull()
    const expected = headAt(at(LENGTH))
    expect(await verifyMarked({ expected })).toMatchObject({ ok: true })
    await mark.settle(expected)
    expect(await verifyMarked()).toMatchObject({ ok: true })
  })

  it('never goes back', async () => {
    const { mark, at } = setUp()
    await mark.begin()
    await mark.moveTo(headAt(at(LENGTH)))
    await mark.moveTo(headAt(at(TARGET)))
    await mark.settle(headAt(at(TARGET)))
    await mark.begin()
    expect(await mark.read()).toEqual(headAt(at(LENGTH)))
  })
})

describe('the job audit_verify', () => {
  it('looks only at what is new, tells the log its head, marks it, and raises the alarm', async () => {
    const { verify, at, store, grow, mark } = setUp()
    const lines: unknown[] = []
    const verdicts: (boolean | null)[] = []
    const watchChain = createWatchChain({
      verify,
      mark,
      // What is worth keeping elsewhere must be readable in the file, not only in what is handed to the log.
      log: createLogger({
        level: 'info',
        stream: { write: (line) => lines.push(JSON.parse(line)) },
      }),
      onVerdict: (isRight) => void verdicts.push(isRight),
    })
    await watchChain()
    grow(2)
    const grown = LENGTH + 2
    const hashes = [at(LENGTH).hash, at(grown).hash]
    await watchChain()
    expect(await mark.read()).toMatchObject({ sequence: LENGTH + 2 })
    store.entries.splice(LENGTH - 1)
    await watchChain()
    expect(verdicts).toEqual([true, true, false])
    expect(lines).toMatchObject([
      { event: 'audit_verified', entries: LENGTH, sequence: LENGTH, hash: hashes[0] },
      { event: 'audit_verified', entries: 2, sequence: grown, hash: hashes[1] },
      { event: 'audit_chain_broken', fault: 'altered' },
    ])
    expect(at(1).sequence).toBe(1)
  })

  it('gives no verdict when it could not look', async () => {
    const verdicts: (boolean | null)[] = []
    const error = new StoreUnavailableError('audit.page', new Error('disk'))
    const watchChain = createWatchChain({
      mark: { settle: async () => {} },
      verify: () => Promise.reject(error),
      log: () => {},
      onVerdict: (isRight) => void verdicts.push(isRight),
    })
    await expect(watchChain()).rejects.toBe(error)
    expect(verdicts).toEqual([null])
  })
})
