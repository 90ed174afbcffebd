import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { RETRY_SECONDS } from '../../src/auth/webhook-backoff.ts'
import { WEBHOOK_EVENTS, type WebhookEvent } from '../../src/auth/webhook-event.ts'
import { WEBHOOK_FAILURES } from '../../src/auth/webhook-outbox.ts'
import { WEBHOOK_DATA } from '../../src/http/v1/openapi-webhooks.ts'
import { createWebhookPoster } from '../../src/webhooks/webhook-poster.ts'
import { freePort } from '../support/free-port.ts'
import { SECRET } from '../webhooks/receiver.ts'
import { blocksOf, readPage, root } from './markdown.ts'

const page = readPage('docs/webhooks.md')
const examples = blocksOf(page, 'json').map(({ text }) => text)
const told = z.strictObject({
  type: z.enum(WEBHOOK_EVENTS),
  timestamp: z.iso.datetime(),
  data: z.looseObject({}),
})

describe('docs/webhooks.md', () => {
  it('shows every event once, as it is sent', () => {
    const events = examples.map((text) => told.parse(JSON.parse(text)))
    expect(events.map(({ type }) => type)).toEqual(WEBHOOK_EVENTS)
    for (const { type, data } of events) {
      const schema = WEBHOOK_DATA[type]
      expect(schema.parse(data)).toEqual(data)
      expect(Object.keys(data)).toEqual(Object.keys(schema.shape))
    }
  })

  it('names every event, failure and pause', () => {
    const rows = [...page.text.matchAll(/^\| `([a-z_.]+)` \|/gm)].map(([, name]) => name)
    expect(rows).toEqual(WEBHOOK_EVENTS)
    const section = page.text.split('## When the receiver does not answer')[1] ?? ''
    for (const failure of WEBHOOK_FAILURES) expect(section).toContain(`\`${failure}\``)
    const pauses = /after (5 s, [^,]+,[^.]*? and \S+ h)/s.exec(section)?.[1] ?? ''
    const seconds = pauses.split(/,\s+| and /).map((words) => {
      const [count, unit] = words.split(/\s+/)
      return Number(count) * ({ s: 1, min: 60, h: 3600 }[unit ?? ''] ?? Number.NaN)
    })
    expect(seconds).toEqual(RETRY_SECONDS)
  })
})

describe('the receivers of docs/webhooks.md', { timeout: 120_000 }, () => {
  let folder: string
  beforeAll(() => {
    const home = join(root, 'test-output')
    mkdirSync(home, { recursive: true })
    // Inside the repository, where its imports find their packages.
    folder = mkdtempSync(join(home, 'webhook-receivers-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('in TypeScript verifies, and drops doubles', async () => {
    const [sample] = blocksOf(page, 'ts').filter(({ text }) => text.includes('standardwebhooks'))
    const script = join(folder, 'receiver.ts')
    writeFileSync(script, sample?.text ?? '')
    await expectReceives([process.execPath, '--import', import.meta.resolve('tsx'), script])
  })

  it.skipIf(spawnSync('python3', ['--version']).status !== 0)(
    'in Python verifies, and drops doubles',
    async () => {
      const script = join(folder, 'receiver.py')
      writeFileSync(script, blocksOf(page, 'python')[0]?.text ?? '')
      await expectReceives(['python3', script])
    },
  )
})

/** Starts a sample and posts to it as the service does. */
async function expectReceives([command = '', ...args]: string[]): Promise<void> {
  const port = await freePort()
  const child = spawn(command, args, {
    env: { PATH: process.env.PATH ?? '', RECEIVER_SECRET: SECRET, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let said = ''
  child.stdout.on('data', (text) => {
    said += text
  })
  try {
    const post = (secrets: string[], now = new Date()) =>
      createWebhookPoster({
        receiver: { url: `http://127.0.0.1:${port}/`, secrets, allowedHosts: ['127.0.0.1'] },
        clock: { now: () => now },
        version: '1',
      }).post({ id: 'end_1', payload: examples[0] ?? '' })
    const taken = { kind: 'delivered', status: 204 }
    const refused = { kind: 'failed', status: 401 }
    const stranger = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
    await expect.poll(() => post([SECRET]), { timeout: 60_000 }).toMatchObject(taken)
    await expect(post([stranger, SECRET])).resolves.toMatchObject(taken)
    await expect(post([stranger])).resolves.toMatchObject(refused)
    await expect(post([SECRET], new Date(0))).resolves.toMatchObject(refused)
    const line = 'authorization.completed ou_11111111111111111111111111111111\n'
    await expect.poll(() => said, { timeout: 10_000 }).toBe(line)
  } finally {
    child.kill('SIGKILL')
  }
}

it('every event has a schema that refuses what the others say', () => {
  const session = JSON.parse(examples[0] ?? '').data
  const parses = (type: WebhookEvent, data: unknown) => WEBHOOK_DATA[type].safeParse(data).success
  expect(parses('authorization.expired', session)).toBe(true)
  expect(parses('token.revoked', session)).toBe(false)
})
