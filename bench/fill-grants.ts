import { closeSync, fsyncSync, openSync } from 'node:fs'
import Database from 'better-sqlite3'
import { accessTokenBinding, refreshTokenBinding } from '../src/auth/store-grant.ts'
import { createTokenCipher, type KeyRing, keyIdOf } from '../src/auth/token-cipher.ts'
import { keepStatements } from '../src/store/keep-statements.ts'
import { openStore } from '../src/store/open-store.ts'
import { APP_ID, accessTokenOf, openIdOf, refreshTokenOf } from './people.mjs'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const TENANT = 'tenant_bench'
const BATCH = 10_000

/** Which grants a database gets: each sealed for its own row, with tokens as long as Feishu's. */
export type Grants = {
  count: number
  /** Seconds until the first access tokens run out, the others within the hour after; below 0 all of them have. */
  expiresInSeconds: number
  /** So many, the last ones, were issued six days ago; `makeOverdue` can let the scheduler find them. */
  old?: number
  /** So many refresh tokens can be opened besides the old ones, all unless told; the others only have their length. */
  refreshable?: number
}

/**
 * Creates a product database with as many grants of people numbered from 0.
 *
 * Rows are written past the product, many in one transaction and without waiting for the disk: a million of them the usual
 * way would take an hour.
 */
export async function fillGrants(
  databasePath: string,
  keys: KeyRing,
  grants: Grants,
): Promise<void> {
  const store = await openStore({ databaseUrl: `file:${databasePath}` })
  await store.close()
  const connection = new Database(databasePath)
  keepStatements(connection)
  // The product turns the log on again when it opens the file.
  connection.exec('pragma journal_mode = OFF')
  connection.exec('pragma synchronous = OFF')
  connection.exec('pragma cache_size = -262144')
  const indexes = dropIndexes(connection)
  writeRows(connection, keys, grants)
  for (const index of indexes) connection.exec(index)
  connection.close()
  // Or the first commits of whoever is measured would wait for all of it.
  const file = openSync(databasePath, 'r+')
  fsyncSync(file)
  closeSync(file)
}

/** Lets the scheduler find the grants from this number on overdue. */
export function makeOverdue(databasePath: string, from: number): void {
  const connection = new Database(databasePath)
  keepStatements(connection)
  connection
    .prepare('update grant_upkeep set due_at = ? where app_id = ? and open_id >= ?')
    .run(Date.now(), APP_ID, openIdOf(from))
  connection.close()
}

/** An index is made faster from the whole table than row by row. */
function dropIndexes(connection: Database.Database): string[] {
  const indexes = connection
    .prepare<[], { name: string; sql: string }>(
      `select name, sql from sqlite_master where type = 'index' and sql is not null and tbl_name in ('grants', 'grant_upkeep')`,
    )
    .all()
  for (const { name } of indexes) connection.exec(`drop index ${name}`)
  return indexes.map(({ sql }) => sql)
}

function writeRows(connection: Database.Database, keys: KeyRing, grants: Grants): void {
  const { count, expiresInSeconds, old = 0, refreshable = count } = grants
  const cipher = createTokenCipher({ keys })
  const insertGrant = connection.prepare(
    `insert into grants (app_id, open_id, tenant_key, session_id, version, scopes, access_token_expires_at, authorized_at,
       issued_at, sealed_access_token, refresh_token_expires_at, sealed_refresh_token, sealed_with, adopted)
     values (?, ?, ?, ?, 1, '["offline_access","auth:user.id:read"]', ?, ?, ?, ?, ?, ?, ?, 1)`,
  )
  const insertUpkeep = connection.prepare(
    'insert into grant_upkeep (app_id, open_id, due_at) values (?, ?, ?)',
  )
  const now = Date.now()
  const spreadMs = expiresInSeconds < 0 ? 0 : HOUR_MS
  const expiresAt = (number: number) =>
    now + expiresInSeconds * 1000 + Math.floor((number / count) * spreadMs)
  const isOld = (number: number) => number >= count - old
  const issuedAt = (number: number) => (isOld(number) ? now - 6 * DAY_MS : now - HOUR_MS)
  for (let start = 0; start < count; start += BATCH) {
    connection.exec('begin')
    for (let number = start; number < Math.min(count, start + BATCH); number++) {
      const openId = openIdOf(number)
      const row = { appId: APP_ID, tenantKey: TENANT, openId }
      const access = cipher.seal(accessTokenOf(openId), accessTokenBinding(row))
      const refresh =
        number < refreshable || isOld(number)
          ? cipher.seal(refreshTokenOf(openId), refreshTokenBinding(row))
          : access
      insertGrant.run(
        APP_ID,
        openId,
        TENANT,
        `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`,
        expiresAt(number),
        issuedAt(number),
        issuedAt(number),
        access,
        issuedAt(number) + 7 * DAY_MS + Math.floor((number / count) * HOUR_MS),
        refresh,
        keyIdOf(access),
      )
      insertUpkeep.run(APP_ID, openId, now + 3 * DAY_MS)
    }
    connection.exec('commit')
  }
}
