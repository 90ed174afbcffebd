import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keepStatements } from '../../src/store/keep-statements.ts'
import { openSqliteFile } from '../support/processes/databases.ts'
import { type Canary, SECRET_KINDS, type SecretKind } from './canaries.ts'
import { sqliteFiles } from './database-bytes.ts'
import * as day from './day.ts'
import { createScan, type Leak, type Surface } from './scan.ts'
import { openStage, type Stage } from './stage.ts'
import { cardsOn } from './where-tickets-belong.ts'

const PLACES: [string, RegExp][] = [
  ['in the log', /^log/],
  ['on a page', /^page/],
  ['in an answer of the API', /^answer \d/],
  ['on a card', /^card/],
  ['in the answer to a tap', /^answer to/],
  ['in the metrics', /^metrics/],
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
    await day.signInAsSomebodyElse(stage)
    await day.decline(stage)
    await day.failToExchange(stage)
    await day.failToShowCards(stage)
    await day.sendNonsense(stage)
    await stage.readMetrics()
    await day.useCommandLine(stage)
    live = sqliteFiles(database.folder, 'while it runs')
    await day.loseTheKey(stage)
    await first.end('SIGTERM')
    await stage.close()
    atRest = sqliteFiles(database.folder, 'afterwards')
    surfaces = stage.surfaces()
    canaries = stage.canaries()
    scan = createScan(canaries)
  }, 240_000)
  afterAll(() => database?.stop())

  const oneOfEachKind = () => new Map(canaries.map((canary) => [canary.kind, canary])).values()
  const named = (pattern: RegExp) => surfaces.filter(({ name }) => pattern.test(name))

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
      const folder = mkdtempSync(join(tmpdir(), 'fca-planted-'))
      cpSync(database.folder, folder, { recursive: true })
      const copy = new Database(join(folder, 'auth.db'))
      keepStatements(copy)
      const token = canaries.find(({ kind }) => kind === 'refresh token')?.value
      copy.prepare('insert into seen_events values (?, 0)').run(token)
      const leaks = sqliteFiles(folder, 'planted').flatMap(scan)
      copy.close()
      expect(leaks[0]).toMatchObject({ kind: 'refresh token', surface: 'auth.db-wal planted' })
      expect(sqliteFiles(folder, 'planted').flatMap(scan)[0]?.surface).toBe('auth.db planted')
      rmSync(folder, { recursive: true })
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
