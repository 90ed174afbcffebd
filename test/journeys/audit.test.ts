import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AuditEntry } from '../../src/access/audit-chain.ts'
import { generateKey } from '../../src/auth/token-cipher.ts'
import { keepStatements } from '../../src/store/keep-statements.ts'
import { openStore } from '../../src/store/open-store.ts'
import { type Service, startService } from '../support/service.ts'

const PATIENCE = { timeout: 20_000, interval: 50 }
vi.setConfig({ testTimeout: 60_000 })

describe('the audit record', () => {
  let folder: string
  let databaseUrl: string
  let service: Service | undefined
  let [lin, alex] = ['', '']
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'card-auth-'))
    databaseUrl = `file:${join(folder, 'auth.db')}`
  })
  afterEach(async () => {
    await service?.close()
    service = undefined
    rmSync(folder, { recursive: true, force: true })
  })

  it('says who did what to whom, is on disk after a shutdown, and holds no secret', async () => {
    const running = await start()
    const session = await running.ask(lin)
    const cookie = await approveAs(alex)
    const state = await approveAs(lin)
    const tokens = [await tokenOf(running), await tokenOf(running), await tokenOf(running)]
    tokens.push(await tokenOf(running, '/refresh', 'POST'))
    await running.api('/v1/sessions?open_id=ou_x')
    await running.api(`/v1/tokens/${lin}`, { method: 'DELETE' })
    await running.close()
    service = undefined

    const entries = await read()
    const facts = entries.map(({ actor, action, outcome, openId }) => [
      actor,
      action,
      outcome,
      openId,
    ])
    expect(facts).toEqual([
      ['key:tests', 'session_asked', 'done', lin],
      ['person', 'authorization_failed', 'identity_mismatch', lin],
      ['person', 'authorization_completed', 'done', lin],
      ['key:tests', 'token_read', 'done', lin],
      ['key:tests', 'token_refreshed', 'done', lin],
      ['key:tests', 'token_revoked', 'done', lin],
    ])
    const reads = entries.find(({ action }) => action === 'token_read')
    expect(reads?.detail).toMatchObject({ request_id: expect.stringMatching(/^\w{20}$/) })
    expect(entries[0]?.detail).toMatchObject({ session_id: session.session_id })

    const text = JSON.stringify(entries)
    const secrets = [...tokens, cookie, state, running.apiKey, running.emulator.app.appSecret]
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(10)
      expect(text).not.toContain(secret)
    }
    expect(text).not.toMatch(/ticket|eyJ|code_/)
  })

  it('names those whose link was not valid by nobody', async () => {
    const running = await start()
    await fetch(`${running.url}/callback?code=abc&state=${'s'.repeat(43)}`)
    await vi.waitFor(
      async () =>
        expect(await read()).toMatchObject([
          {
            actor: 'person',
            action: 'authorization_failed',
            outcome: 'state_invalid',
            openId: null,
          },
        ]),
      PATIENCE,
    )
  })

  it('keeps no caller waiting when it cannot be written, and catches up', async () => {
    const running = await start({ AUDIT_MODE: 'batched' })
    await authorize(running)
    await vi.waitFor(async () => expect(await read()).toHaveLength(2), PATIENCE)
    takeAway()
    expect((await running.api(`/v1/tokens/${lin}`)).status).toBe(200)
    const logged = () => running.logs.map(({ event }) => event)
    await vi.waitFor(() => expect(logged()).toContain('audit_not_written'), PATIENCE)
    bringBack()
    await vi.waitFor(() => expect(logged()).toContain('audit_written_again'), PATIENCE)
    expect((await read()).at(-1)).toMatchObject({ action: 'token_read', actor: 'key:tests' })
  })

  it('comes before the token in strict mode: none is handed out that is not on record', async () => {
    const running = await start({ AUDIT_MODE: 'strict' })
    await authorize(running)
    expect((await running.api(`/v1/tokens/${lin}`)).status).toBe(200)
    expect((await read()).at(-1)).toMatchObject({ action: 'token_read', openId: lin })
    const written = (await read()).length
    takeAway()
    for (const [path, method] of [
      [`/v1/tokens/${lin}`, 'GET'],
      [`/v1/tokens/${lin}/refresh`, 'POST'],
    ] as const) {
      const refused = await running.api(path, { method })
      expect(refused.status).toBe(503)
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
      const text = await refused.text()
      expect(JSON.parse(text)).toMatchObject({ code: 'store_unavailable' })
      expect(text).not.toContain('access_token')
    }
    const body = { open_id: lin }
    expect((await running.api('/v1/tokens', { method: 'POST', body })).status).toBe(503)
    bringBack()
    expect((await running.api(`/v1/tokens/${lin}`)).status).toBe(200)
    expect(await read()).toHaveLength(written + 1)
  })

  it('is not kept when it is off', async () => {
    const running = await start({ AUDIT_MODE: 'off' })
    await authorize(running)
    await tokenOf(running)
    await running.close()
    service = undefined
    expect(await read()).toEqual([])
  })

  it('raises the alarm when the chain is found changed', async () => {
    const running = await start()
    await authorize(running)
    await vi.waitFor(async () => expect(await read()).toHaveLength(2), PATIENCE)
    await vi.waitFor(
      async () => expect(await running.metric('lark_service_audit_chain_ok')).toBe(1),
      PATIENCE,
    )
    await running.close()
    sql('drop trigger audit_entries_never_change')
    sql("update audit_entries set open_id = 'ou_other' where sequence = 1")
    const again = await start()
    await vi.waitFor(
      async () => expect(await again.metric('lark_service_audit_chain_ok')).toBe(0),
      PATIENCE,
    )
    const broken = again.logs.find(({ event }) => event === 'audit_chain_broken')
    expect(broken).toMatchObject({ level: 'error', sequence: 1, fault: 'altered' })
  })

  it('raises the alarm when its end was cut off while the service was down', async () => {
    const running = await start()
    await authorize(running)
    await vi.waitFor(async () => expect(await read()).toHaveLength(2), PATIENCE)
    await running.close()
    sql('drop trigger audit_entries_never_go; delete from audit_entries where sequence = 2')
    const again = await start()
    await vi.waitFor(
      async () => expect(await again.metric('lark_service_audit_chain_ok')).toBe(0),
      PATIENCE,
    )
    const broken = again.logs.find(({ event }) => event === 'audit_chain_broken')
    expect(broken).toMatchObject({ level: 'error', sequence: 2, fault: 'missing' })
  })

  it('begins with a word about the keys that may do everything', async () => {
    const running = await start()
    const lines = running.logs.filter(({ event }) => event === 'environment_keys_may_do_everything')
    expect(lines).toMatchObject([{ level: 'info', names: ['tests'] }])
  })

  const encryptionKey = generateKey()

  async function start(env: Record<string, string> = {}): Promise<Service> {
    const DATABASE_URL = databaseUrl
    service = await startService({
      env: { DATABASE_URL, TOKEN_ENCRYPTION_KEYS: encryptionKey, ...env },
    })
    const [first, second] = service.emulator.people.map(({ openId }) => openId)
    lin = first ?? ''
    alex = second ?? ''
    return service
  }

  async function authorize(running: Service): Promise<void> {
    await running.ask(lin)
    await approveAs(lin)
  }

  /** Somebody follows the link on the card of the person asked; gives the `state`. */
  async function approveAs(openId: string): Promise<string> {
    if (!service) throw new Error('nothing runs')
    const { authorizeUrl } = await service.tap(lin)
    const approved = await service.emulator.sim.approve({ authorizeUrl, openId })
    await fetch('redirect' in approved ? approved.redirect : '')
    return new URL(authorizeUrl).searchParams.get('state') ?? ''
  }

  async function tokenOf(running: Service, path = '', method = 'GET'): Promise<string> {
    const answer = await running.api(`/v1/tokens/${lin}${path}`, { method })
    expect(answer.status).toBe(200)
    return ((await answer.json()) as { access_token: string }).access_token
  }

  async function read(): Promise<AuditEntry[]> {
    const store = await openStore({ databaseUrl })
    try {
      return await store.audit.list({ limit: 1000 })
    } finally {
      await store.close()
    }
  }

  function takeAway(): void {
    sql('alter table audit_entries rename to audit_entries_away')
  }

  function bringBack(): void {
    sql('alter table audit_entries_away rename to audit_entries')
  }

  function sql(text: string): void {
    const connection = new Database(join(folder, 'auth.db'))
    keepStatements(connection)
    connection.exec(text)
    connection.close()
  }
})
