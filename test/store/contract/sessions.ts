import { describe, expect, it } from 'vitest'
import type { Stores } from '../contract.ts'
import { anAttempt, aSession, inSeconds, insertSession, NOW } from './samples.ts'

/** Putting sessions in, finding them, listing them, throwing them away. */
export function sessionContract(stores: Stores): void {
  describe('sessions', () => {
    it('gives back every field as it was put in', async () => {
      const { store, other } = stores()
      const full = aSession({
        tenantKey: 'tenant_a',
        state: 'rejected',
        endReason: 'access_denied',
        authMethod: 'device',
        scopes: [],
        grantedScopes: ['a', 'b'],
        reason: '读取日程 "quoted" 😀',
        locale: 'zh-CN',
        chatId: 'oc_a',
        lastFailure: { reason: 'code_expired', at: inSeconds(-5) },
        mismatches: 3,
        heldUntil: inSeconds(30),
        card: {
          messageId: 'om_a',
          shows: 'asking_again:try_again',
          wants: 'rejected',
          wantsSince: inSeconds(-1),
          dueAt: inSeconds(1),
          attempts: 4,
        },
        cardSentAt: inSeconds(-60),
        endedAt: inSeconds(-1),
      })
      expect(await store.sessions.insert(full)).toEqual(full)
      expect(await other.sessions.find(full.id)).toEqual(full)
      expect(await other.sessions.findByTicketHash(full.ticketHash)).toEqual(full)

      const bare = aSession({ card: { ...full.card, messageId: null, shows: null, dueAt: null } })
      expect(await store.sessions.insert(bare)).toEqual(bare)
      expect(await other.sessions.find(bare.id)).toEqual(bare)
    })

    it('finds nothing that is not there', async () => {
      const { store } = stores()
      await insertSession(store)
      expect(await store.sessions.find('nobody')).toBeNull()
      expect(await store.sessions.findByTicketHash('nothing')).toBeNull()
      expect(await store.sessions.findPending('cli_a', 'ou_nobody')).toBeNull()
    })

    it('picks those that have ended out of any number', async () => {
      const { store, other } = stores()
      const pending = await insertSession(store)
      const declined = await insertSession(store, { state: 'rejected' })
      const others = Array.from({ length: 248 }, (_, index) => `nobody ${index}`)
      expect(await other.sessions.findEnded([])).toEqual([])
      expect(await other.sessions.findEnded([pending.id])).toEqual([])
      expect(await other.sessions.findEnded([declined.id])).toEqual([declined])
      expect(await other.sessions.findEnded([pending.id, ...others, declined.id])).toEqual([
        declined,
      ])
      const completed = await insertSession(store, { state: 'completed' })
      const ended = await other.sessions.findEnded([declined.id, ...others, completed.id])
      expect(ended).toEqual([declined, completed])
    })

    it('takes statements for text', async () => {
      const { store } = stores()
      const reason = `'; drop table auth_sessions; --`
      const session = await insertSession(store, { reason })
      expect((await store.sessions.find(session.id))?.reason).toBe(reason)
      expect(await store.sessions.find(`' or 1=1 --`)).toBeNull()
    })

    it('lets a person have one pending session of an app, and one of each app', async () => {
      const { store, other } = stores()
      const first = await insertSession(store, { openId: 'ou_a' })
      expect(await other.sessions.insert(aSession({ openId: 'ou_a' }))).toBeNull()
      expect(
        await store.sessions.insert(aSession({ openId: 'ou_a', appId: 'cli_b' })),
      ).not.toBeNull()
      expect(await store.sessions.findPending('cli_a', 'ou_a')).toEqual(first)
    })

    it('lets a person be asked again once the session has ended', async () => {
      const { store } = stores()
      const first = await insertSession(store, { openId: 'ou_a' })
      await store.sessions.move(first.id, { to: 'rejected', endReason: 'declined_on_card' }, NOW)
      expect(await store.sessions.findPending('cli_a', 'ou_a')).toBeNull()
      const second = await insertSession(store, { openId: 'ou_a' })
      expect(await store.sessions.findPending('cli_a', 'ou_a')).toEqual(second)
    })

    it('counts pending sessions by app', async () => {
      const { store } = stores()
      expect(await store.sessions.countPending()).toEqual([])
      await insertSession(store)
      await insertSession(store)
      await insertSession(store, { appId: 'cli_b' })
      const ended = await insertSession(store)
      await store.sessions.move(ended.id, { to: 'expired', endReason: 'invalidated' }, NOW)
      const counts = await store.sessions.countPending()
      expect(counts.sort((a, b) => a.appId.localeCompare(b.appId))).toEqual([
        { appId: 'cli_a', count: 2 },
        { appId: 'cli_b', count: 1 },
      ])
    })
  })

  describe('the list of sessions', () => {
    it('is newest first, and pages without losing or repeating any, even of one instant', async () => {
      const { store } = stores()
      for (let index = 0; index < 23; index++) {
        await insertSession(store, { createdAt: inSeconds(Math.floor(index / 5)) })
      }
      const all = await store.sessions.list({ limit: 100 })
      expect(all).toHaveLength(23)
      for (const [index, session] of all.entries()) {
        const older = all[index + 1]
        if (older) expect(session.createdAt >= older.createdAt).toBe(true)
      }

      const paged: string[] = []
      let before: { createdAt: Date; id: string } | undefined
      for (;;) {
        const page = await store.sessions.list({ limit: 4, before })
        paged.push(...page.map(({ id }) => id))
        before = page.at(-1)
        if (before === undefined) break
      }
      expect(paged).toEqual(all.map(({ id }) => id))
    })

    it('filters by app, person and state, together with paging', async () => {
      const { store } = stores()
      const mine = { openId: 'ou_a' }
      const older = await insertSession(store, { ...mine, state: 'expired', endedAt: NOW })
      const newer = await insertSession(store, { ...mine, createdAt: inSeconds(9) })
      await insertSession(store, { ...mine, appId: 'cli_b', createdAt: inSeconds(5) })
      await insertSession(store)
      const ids = async (filter: object) =>
        (await store.sessions.list({ limit: 9, ...filter })).map(({ id }) => id)

      expect(await ids({ appId: 'cli_a', openId: 'ou_a' })).toEqual([newer.id, older.id])
      expect(await ids({ appId: 'cli_a', openId: 'ou_a', before: newer })).toEqual([older.id])
      expect(await ids({ openId: 'ou_a', state: 'expired' })).toEqual([older.id])
      expect(await ids({ appId: 'cli_b' })).toHaveLength(1)
      expect(await ids({ openId: 'ou_nobody' })).toEqual([])
      expect(await ids({ limit: 2 })).toHaveLength(2)
    })
  })

  describe('sessions past their retention', () => {
    it('are deleted with their attempts, oldest first and in batches; pending ones never', async () => {
      const { store } = stores()
      const endedAt = (seconds: number) =>
        ({ state: 'expired', endedAt: inSeconds(seconds) }) as const
      const oldest = await insertSession(store, endedAt(-300))
      const old = await insertSession(store, endedAt(-200))
      const fresh = await insertSession(store, endedAt(-100))
      const pending = await insertSession(store, { createdAt: inSeconds(-9000) })
      const attempt = anAttempt(oldest.id)
      await store.attempts.insert(attempt)

      expect(await store.sessions.deleteEnded(inSeconds(-100), 1)).toBe(1)
      expect(await store.sessions.find(oldest.id)).toBeNull()
      expect(await store.attempts.find(attempt.stateHash)).toBeNull()
      expect(await store.sessions.deleteEnded(inSeconds(-100), 10)).toBe(1)
      expect(await store.sessions.find(old.id)).toBeNull()
      expect(await store.sessions.deleteEnded(inSeconds(-100), 10)).toBe(0)
      expect(await store.sessions.find(fresh.id)).not.toBeNull()
      expect(await store.sessions.find(pending.id)).not.toBeNull()
    })
  })
}
