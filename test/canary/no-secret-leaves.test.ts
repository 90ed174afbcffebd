import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keepStatements } from '../../src/store/keep-statements.ts'
import { openSqliteFile } from '../support/processes/databases.ts'
import type { Received } from '../webhooks/receiver.ts'
import { callWithKeys, tellReceiver } from './callers.ts'
import { type Canary, SECRET_KINDS, type SecretKind } from './canaries.ts'
import { sqliteFiles } from './database-bytes.ts'
import * as day from './day.ts'
import { createScan, type Leak, type Surface } from './scan.ts'
import { openStage, type Stage } from './stage.ts'
import { cardsOn } from './where-secrets-belong.ts'

const PLACES: [string, RegExp][] = [
  ['in the log', /^log/],
  ['on a page', /^page/],
  ['in an answer of the API', /^answer \d/],
  ['on a card', /^card/],
  ['in the answer to a tap', /^answer to/],
  ['in the metrics', /^metrics/],
  ['in a webhook', /^webhook/],
  ['on the terminal', /^command/],
]

describe('after a day on which everything happened, no secret is', () => {
  let stage: Stage
  let database: Awaited<ReturnType<typeof openSqliteFile>>
  let surfaces: Surface[]
  let live: Surface[]
  let atRest: Surface[]
  let canaries: Canary[]
  let scan: (surface: Surface) => Leak[]

  beforeAll(async () => {
    database = await openSqliteFile()
    stage = await openStage(database)
    const first = await stage.start()
    await day.authorize(stage)
    await callWithKeys(stage)
    await day.signInAsSomebodyElse(stage)
    await day.decline(stage)
    await tellReceiver(stage)
    await day.failToExchange(stage)
    await day.failToShowCards(stage)
    await day.sendNonsense(stage)
    await stage.readMetrics()
    await day.useCommandLine(stage)
    await day.rotate(stage)
    live = sqliteFiles(database.folder, 'while it runs')
    await day.loseTheKey(stage)
    await first.end('SIGTERM')
    await stage.close()
    atRest = sqliteFiles(database.folder, 'afterwards')
    surfaces = stage.surfaces()
    canaries = stage.canaries()
    scan = createScan(canaries)
  }, 400_000)
  afterAll(() => database?.stop())

  const oneOfEachKind = () => new Map(canaries.map((canary) => [canary.kind, canary])).values()
  const named = (pattern: RegExp) => surfaces.filter(({ name }) => pattern.test(name))

  const openCopy = () => {
    const folder = mkdtempSync(join(tmpdir(), 'fca-planted-'))
    cpSync(database.folder, folder, { recursive: true })
    const copy = new Database(join(folder, 'auth.db'))
    keepStatements(copy)
    const leaks = () => sqliteFiles(folder, 'planted').flatMap(scan)
    return { copy, folder, leaks }
  }

  it.each(PLACES)('%s', (_where, pattern) => {
    expect(named(pattern).flatMap(scan)).toEqual([])
  })

  it('in the files of the database', () => {
    expect([...live, ...atRest].flatMap(scan)).toEqual([])
  })

  describe('and each would have been found, for', () => {
    it('there were secrets of every kind', () => {
      const kinds = new Set(canaries.map(({ kind }) => kind))
      expect(SECRET_KINDS.filter((kind) => !kinds.has(kind))).toEqual([])
    })

    it.each(PLACES)('much was looked at %s, and a secret put there is seen', (_where, pattern) => {
      const [longest] = named(pattern).sort((one, other) => other.text.length - one.text.length)
      const text = longest?.text ?? ''
      expect(text.length).toBeGreaterThan(100)
      const middle = text.length / 2
      for (const { kind, value } of oneOfEachKind()) {
        const planted = text.slice(0, middle) + value.slice(0, 40) + text.slice(middle)
        expect(scan({ name: 'a copy', text: planted }).map((leak) => leak.kind)).toContain(kind)
      }
    })

    it('a secret written into the database is seen, in its log as well', () => {
      expect(live.map(({ name }) => name)).toContain('auth.db-wal while it runs')
      const { copy, folder, leaks } = openCopy()
      const token = canaries.find(({ kind }) => kind === 'refresh token')?.value
      copy.prepare('insert into seen_events values (?, 0)').run(token)
      const written = leaks()
      copy.close()
      expect(written[0]).toMatchObject({ kind: 'refresh token', surface: 'auth.db-wal planted' })
      expect(leaks()[0]?.surface).toBe('auth.db planted')
      rmSync(folder, { recursive: true })
    })

    it.each([
      ['api_keys', 'permissions', 'database API key'],
      ['audit_entries', 'detail', 'access token'],
      ['idempotent_requests', 'sealed_reply', 'access token'],
      ['idempotent_requests', 'key_hash', 'idempotency key'],
      ['webhook_deliveries', 'payload', 'webhook secret'],
      ['webhook_deliveries', 'payload', 'webhook signature'],
    ])('%s were written, and a secret in their %s is seen: %s', (table, column, kind) => {
      const { copy, folder, leaks } = openCopy()
      const value = canaries.find((canary) => canary.kind === kind)?.value
      // The record refuses what is planted in it.
      copy.exec('drop trigger if exists audit_entries_never_change')
      const planting = `update ${table} set ${column} = ? where rowid = (select max(rowid) from ${table})`
      expect(copy.prepare(planting).run(value).changes).toBe(1)
      copy.close()
      expect(leaks()).toContainEqual(expect.objectContaining({ kind }))
      rmSync(folder, { recursive: true })
    })

    it('the answer to a call for a token was kept for its repetition', () => {
      const { copy, folder } = openCopy()
      const kept = copy.prepare(
        'select sealed_reply from idempotent_requests where status_code = 200',
      )
      expect(kept.all()).not.toEqual([])
      copy.close()
      rmSync(folder, { recursive: true })
    })

    it('what the receiver was told is signed with both of its secrets', () => {
      const { received } = stage.receiver
      expect(new Set(received.map((each) => JSON.parse(each.body).type)).size).toBeGreaterThan(3)
      for (const secret of stage.receiverSecrets) {
        // Some were signed by a service whose clock is hours ahead.
        const signed = ({ headers, body }: Received) => {
          const at = new Date(Number(headers['webhook-timestamp']) * 1000)
          return new Webhook(secret).sign(String(headers['webhook-id']), at, body)
        }
        const unsigned = received.filter(
          (each) => !String(each.headers['webhook-signature']).split(' ').includes(signed(each)),
        )
        expect(unsigned).toEqual([])
      }
    })

    it('refresh tokens were presented, new ones came, and all were looked for', () => {
      const known = new Set(canaries.map(({ value }) => value))
      const presented = stage.tap.exchanges
        .filter(({ path }) => path.endsWith('/oauth/token'))
        .flatMap(({ request }) => new URLSearchParams(request).get('refresh_token') ?? [])
      expect(new Set(presented).size).toBeGreaterThanOrEqual(3)
      expect(presented.filter((token) => !known.has(token))).toEqual([])
    })

    it('what really crossed the wire is full of them', () => {
      const kinds = new Set<SecretKind>()
      for (const { request, response, headers } of stage.tap.exchanges) {
        const text = [request, response, headers.authorization].join('\n')
        for (const { kind } of scan({ name: 'wire', text })) kinds.add(kind)
      }
      for (const kind of [
        'access token',
        'refresh token',
        'tenant token',
        'authorization code',
        'PKCE verifier',
        'app secret',
        'ticket',
        'long connection ticket',
      ]) {
        expect(kinds).toContain(kind)
      }
      const cards = cardsOn(stage.tap, (card) => card).flatMap(scan)
      expect(new Set(cards.map(({ kind }) => kind))).toEqual(new Set(['ticket']))
    })
  })
})
