import { connect, createServer, type Server, type Socket } from 'node:net'
import pg from 'pg'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { StoreUnavailableError } from '../../src/errors.ts'
import type { OpenStore } from '../../src/store/create-store.ts'
import { openStore } from '../../src/store/open-store.ts'
import { createPostgresTidings } from '../../src/store/postgres-tidings.ts'
import { borrowDatabase, startPostgres } from '../support/postgres.ts'

const postgres = await startPostgres()

if ('skipped' in postgres) {
  console.warn(`Tidings over Postgres are not tested: ${postgres.skipped}.`)
  describe.skip(`tidings over Postgres: ${postgres.skipped}`, () => {
    it.skip('are not tested', () => {})
  })
} else {
  afterAll(() => postgres.stop())

  describe('tidings over Postgres', () => {
    let url: string
    let store: OpenStore
    let other: OpenStore
    let troubles: StoreUnavailableError[]
    beforeEach(async () => {
      url = (await borrowDatabase(postgres.url)).url
      troubles = []
      const onError = (error: StoreUnavailableError) => void troubles.push(error)
      store = await openStore({ databaseUrl: url, poolSize: 2, onError })
      other = await openStore({ databaseUrl: url, poolSize: 2 })
    })
    afterEach(async () => {
      await store.close()
      await other.close()
    })

    it('come from another instance, each session by its name', async () => {
      const ear = listenTo(store)
      expect(await ear.next()).toBeNull()
      await other.tidings.tell('one')
      expect(await ear.next()).toBe('one')
      const ids = Array.from({ length: 1000 }, (_, index) => `session ${index}`)
      await Promise.all(ids.map((id) => other.tidings.tell(id)))
      const heard = []
      for (const _ of ids) heard.push(await ear.next())
      expect(heard).toEqual(ids)
    })

    it('are told in one statement when they come together', async () => {
      const statements: unknown[][] = []
      const tidings = createPostgresTidings({
        url,
        notify: async (_, parameters) => statements.push(parameters),
        onTrouble: () => {},
      })
      await Promise.all(['one', 'other', 'one'].map(tidings.tell))
      await tidings.tell('third')
      expect(statements.map(([, ids]) => ids)).toEqual([['one', 'other'], ['third']])
      await tidings.close()
    })

    it('need one connection, however many listen, and none before', async () => {
      expect(await listeners(url)).toBe(0)
      const ears = Array.from({ length: 20 }, () => listenTo(store))
      for (const ear of ears) expect(await ear.next()).toBeNull()
      expect(await listeners(url)).toBe(1)
      for (const ear of ears.slice(1)) ear.stop()
      await other.tidings.tell('one')
      expect(await ears[0]?.next()).toBe('one')
      expect(ears.slice(1).flatMap(({ heard }) => heard)).toEqual([])
    })

    it('go on after the connection was killed, and say that some may have been missed', async () => {
      const ear = listenTo(store)
      await ear.next()
      for (const round of ['one', 'other']) {
        await run(
          url,
          `select pg_terminate_backend(pid) from pg_stat_activity
             where application_name = 'feishu-card-auth tidings' and datname = current_database()`,
        )
        expect(await ear.next()).toBeNull()
        await other.tidings.tell(round)
        expect(await ear.next()).toBe(round)
      }
      expect(troubles.map(({ cause }) => Object(cause).driverCode)).toEqual(['57P01', '57P01'])
    })

    it('leave no connection behind', async () => {
      const ear = listenTo(store)
      await ear.next()
      await store.close()
      expect(await listeners(url)).toBe(0)
      expect(troubles).toEqual([])
    })

    it('do not begin after the end', async () => {
      await store.close()
      listenTo(store)
      expect(await listeners(url)).toBe(0)
    })
  })

  describe('tidings over a connection that comes and goes', () => {
    it('begin as soon as the database is there, and report an outage once', async () => {
      const door = await createDoor(postgres.url)
      door.shut()
      const troubles: unknown[] = []
      const failed = Array.from({ length: 3 }, () => deferred())
      door.onRefusal(() => failed.find(({ isDone }) => !isDone)?.resolve())
      const tidings = createPostgresTidings({
        url: door.url,
        notify: async () => {},
        onTrouble: (error) => troubles.push(error),
      })
      const heard = deferred()
      tidings.listen(() => heard.resolve())
      for (const { promise } of failed) await promise
      door.open()
      await heard.promise
      expect(troubles).toHaveLength(1)
      await tidings.close()
      await door.close()
    })

    it('can be given up while the database is away', async () => {
      const door = await createDoor(postgres.url)
      door.shut()
      const failed = deferred()
      const tidings = createPostgresTidings({
        url: door.url,
        notify: async () => {},
        onTrouble: () => failed.resolve(),
      })
      tidings.listen(() => {})
      await failed.promise
      await tidings.close()
      await door.close()
    })
  })
}

/** Everything a listener hears, one after the other. */
function listenTo({ tidings }: OpenStore) {
  const heard: (string | null)[] = []
  let tell = () => {}
  const stop = tidings.listen((sessionId) => {
    heard.push(sessionId)
    tell()
  })
  return {
    heard,
    stop,
    async next(): Promise<string | null | undefined> {
      while (heard.length === 0) {
        await new Promise<void>((resolve) => {
          tell = resolve
        })
      }
      return heard.shift()
    },
  }
}

async function run(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query(statement)
  await client.end()
  return rows
}

async function listeners(url: string): Promise<number> {
  const [row] = await run(
    url,
    `select count(*)::int as count from pg_stat_activity
       where application_name = 'feishu-card-auth tidings' and datname = current_database()`,
  )
  return Number(row?.count)
}

function deferred() {
  const state = { isDone: false, resolve: () => {}, promise: Promise.resolve() }
  state.promise = new Promise<void>((resolve) => {
    state.resolve = () => {
      state.isDone = true
      resolve()
    }
  })
  return state
}

/** A way to a server that can be shut: connections are then dropped as they come. */
async function createDoor(target: string) {
  const { hostname, port, pathname, username } = new URL(target)
  const sockets = new Set<Socket>()
  const refusalListeners: (() => void)[] = []
  let isOpen = true
  const server: Server = createServer((socket) => {
    socket.on('error', () => {})
    if (!isOpen) {
      socket.destroy()
      for (const tell of refusalListeners) tell()
      return
    }
    const upstream = connect(Number(port), hostname)
    upstream.on('error', () => socket.destroy())
    socket.on('close', () => upstream.destroy())
    for (const one of [socket, upstream]) {
      sockets.add(one)
      one.on('close', () => sockets.delete(one))
    }
    socket.pipe(upstream).pipe(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const own = typeof address === 'object' && address ? address.port : 0
  return {
    url: `postgres://${username}@127.0.0.1:${own}${pathname}`,
    onRefusal: (tell: () => void) => void refusalListeners.push(tell),
    open() {
      isOpen = true
    },
    shut() {
      isOpen = false
      for (const socket of sockets) socket.destroy()
    },
    close: () => new Promise<unknown>((resolve) => server.close(resolve)),
  }
}
