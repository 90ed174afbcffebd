import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { generateKey } from '../../src/auth/token-cipher.ts'
import { openStore } from '../../src/store/open-store.ts'
import { type Receiver, SECRET, startReceiver, verify } from '../webhooks/receiver.ts'
import { runHere } from './run-here.ts'

let cwd: string
let receiver: Receiver
let databaseUrl: string

beforeEach(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'card-auth-'))
  receiver = await startReceiver()
  databaseUrl = `file:${join(cwd, 'auth.db')}`
  const env = {
    FEISHU_APP_ID: 'cli_0123456789abcdef',
    FEISHU_APP_SECRET: 'secret',
    DATABASE_URL: databaseUrl,
    TOKEN_ENCRYPTION_KEYS: generateKey(),
    WEBHOOK_URL: receiver.url,
    WEBHOOK_SECRETS: SECRET,
    WEBHOOK_ALLOWED_HOSTS: '127.0.0.1',
  }
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await receiver.close()
  rmSync(cwd, { recursive: true })
})

it('lists what was given up, and lets it be delivered again', async () => {
  const store = await openStore({ databaseUrl })
  for (const id of ['one', 'two']) {
    await store.webhooks.put({ id, event: 'token.revoked', payload: '{"canary":1}' }, new Date(0))
    const claim = await store.webhooks.claimDue(new Date(), new Date())
    await store.webhooks.noteDead(id, 'status_5xx', new Date(), claim?.dueAt ?? null)
  }
  const listed = await runHere(['webhooks', 'list', '--dead', '--json'])
  expect(listed).toMatchObject({ code: 0, err: '' })
  const dead = { event: 'token.revoked', state: 'dead', attempts: 1, last_failure: 'status_5xx' }
  expect(JSON.parse(listed.out)).toMatchObject([dead, dead])
  expect(listed.out).not.toContain('canary')

  const unknown = await runHere(['webhooks', 'retry', 'three', '--json'])
  expect(unknown).toMatchObject({ code: 1, out: '{"retried":0}\n' })
  const one = await runHere(['webhooks', 'retry', 'one', '--json'])
  expect(one).toMatchObject({ code: 0, out: '{"retried":1}\n' })
  const all = await runHere(['webhooks', 'retry', '--all-dead'])
  expect(all).toMatchObject({ code: 0, out: '1 will be delivered again.\n' })
  expect(await store.webhooks.countQueued()).toBe(2)
  expect(receiver.received).toEqual([])
  await store.close()
})

it('tries the receiver out, and says what came back', async () => {
  const fine = await runHere(['webhooks', 'test', '--json'])
  expect(fine).toMatchObject({ code: 0, out: '{"delivered":true,"status":204,"failure":null}\n' })
  const [received] = receiver.received
  expect(received && verify(received)).toMatchObject({ type: 'webhook.test', data: {} })
  receiver.answers.push((response) => response.writeHead(401).end())
  const refused = await runHere(['webhooks', 'test'])
  expect(refused).toMatchObject({ code: 1, out: 'Not delivered: status_4xx (401).\n' })
  vi.stubEnv('WEBHOOK_URL', '')
  const nobody = await runHere(['webhooks', 'test'])
  expect(nobody.code).toBe(78)
  expect(nobody.err).toContain('WEBHOOK_URL')
})

it('wants to know what to retry', async () => {
  expect((await runHere(['webhooks', 'retry'])).code).toBe(64)
  expect((await runHere(['webhooks', 'retry', 'one', '--all-dead'])).code).toBe(64)
})
