// The floor: the least that reads a sealed token, written by hand. The same rows of the same database, one prepared
// statement, one AES-256-GCM, the row's identity as additional data, the expiry looked at; nothing else.
import { createSecretKey } from 'node:crypto'
import Database from 'better-sqlite3'
import { unseal } from './unseal.mjs'

/** Opens the floor on the product's database. */
export async function open({ databasePath, keys, appId }) {
  const read = openFloor({ databasePath, keys, appId })
  return {
    async read(openId) {
      return read(openId).accessToken
    },
    async close() {},
  }
}

/** Opens the floor; the same page cache as the product's. */
export function openFloor({ databasePath, keys, appId }) {
  const database = new Database(databasePath)
  database.pragma('cache_size = -16384')
  const select = database.prepare(
    `select tenant_key, scopes, access_token_expires_at, sealed_access_token from grants where app_id = ? and open_id = ?`,
  )
  // Never collected: docs/decisions/0010-keep-what-better-sqlite3-makes.md.
  globalThis.kept = [database, select]
  const key = createSecretKey(Buffer.from(keys.slice(keys.indexOf(':') + 1), 'base64'))

  return (openId) => {
    const row = select.get(appId, openId)
    if (row.access_token_expires_at - Date.now() < 60_000) throw new Error('it has run out')
    const binding = [appId, row.tenant_key, openId, 'access_token']
    return {
      accessToken: unseal(row.sealed_access_token, key, binding),
      expiresAt: row.access_token_expires_at,
      scopes: JSON.parse(row.scopes),
    }
  }
}
