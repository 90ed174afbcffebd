import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { keepStatements } from '../../src/store/keep-statements.ts'
import { createUnflushed } from '../../src/store/unflushed.ts'

const NORMAL = 1
const FULL = 2

function openConnection() {
  const connection = new Database(':memory:')
  keepStatements(connection)
  connection.exec('pragma synchronous = FULL')
  const level = () => connection.prepare('select synchronous from pragma_synchronous').pluck().get()
  return { level, unflushed: createUnflushed(connection) }
}

it('does not wait for the disk with this statement, and does with whatever comes next', async () => {
  const { level, unflushed } = openConnection()
  const within = unflushed({ execute: async () => level() })
  expect(level()).toBe(FULL)
  expect(await within).toBe(NORMAL)
})

it('carries out a query that begins with its `then` before anything else can run', async () => {
  const { level, unflushed } = openConnection()
  // As drizzle's prepared statements are.
  const later = {
    // biome-ignore lint/suspicious/noThenProperty: a query that is a promise only in name.
    then: (resolve: (level: unknown) => unknown) => Promise.resolve(resolve(level())),
  } as Promise<unknown>
  const within = unflushed({ execute: () => later })
  expect(level()).toBe(FULL)
  expect(await within).toBe(NORMAL)
})

it('waits for the disk again after a statement that failed', async () => {
  const { level, unflushed } = openConnection()
  const failing = unflushed({ execute: () => Promise.reject(new Error('disk I/O error')) })
  expect(level()).toBe(FULL)
  await expect(failing).rejects.toThrow('disk I/O error')
  expect(() =>
    unflushed({
      execute() {
        throw new TypeError('not a query')
      },
    }),
  ).toThrow(TypeError)
  expect(level()).toBe(FULL)
})
