import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { hashSecret, newSecret } from '../src/auth/one-time-secret.ts'
import { keepStatements } from '../src/store/keep-statements.ts'
import { repeat } from './repeat.ts'
import type { BenchRequest } from './send-requests.ts'
import { type ServerProcess, startProcess } from './start-process.ts'

/** The floor under load, and the requests that ask of it what the service's ask of the service. */
export type LoadFloor = {
  process: ServerProcess
  callbacks(amount: number): BenchRequest[]
  newSessions(amount: number): BenchRequest[]
  joinedSessions(amount: number): BenchRequest[]
  close(): Promise<void>
}

/** The script of the floor. */
export const FLOOR = fileURLToPath(new URL('processes/floor.mjs', import.meta.url))

/** Starts the floor on a fresh SQLite file and the stub. */
export async function startLoadFloor(options: {
  feishuUrl: string
  directory: string
}): Promise<LoadFloor> {
  const { feishuUrl, directory } = options
  const databasePath = join(directory, 'floor.db')
  const process = await startProcess({
    args: [FLOOR, databasePath, feishuUrl],
    cwd: directory,
    hasReadyz: true,
    env: { NODE_ENV: 'production' },
  })
  const database = new Database(databasePath)
  keepStatements(database)
  const insert = database.prepare(
    `insert into sessions values (?, ?, 'pending', ?, ?, '["offline_access"]', ?)`,
  )
  const asked: BenchRequest[] = []
  let people = 0

  return {
    process,
    callbacks: database.transaction((amount: number) =>
      Array.from({ length: amount }, (): BenchRequest => {
        const openId = newOpenId()
        const state = newSecret()
        insert.run(randomUUID(), openId, hashSecret(state), hashSecret(newSecret()), Date.now())
        return { method: 'GET', path: `/callback?code=code.${openId}&state=${state}`, headers: {} }
      }),
    ),
    newSessions(amount) {
      const requests = Array.from({ length: amount }, () => askFor(newOpenId()))
      asked.push(...requests)
      return requests
    },
    joinedSessions: (amount) =>
      repeat(asked, amount).map((request) => ({ ...request, path: '/v1/joined-sessions' })),
    async close() {
      database.close()
      await process.stop()
    },
  }

  function newOpenId(): string {
    people += 1
    return `ou_${people.toString(16).padStart(32, '0')}`
  }

  function askFor(openId: string): BenchRequest {
    return {
      method: 'POST',
      path: '/v1/sessions',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ open_id: openId, reason: 'To send the weekly report' }),
    }
  }
}
