// The floor of a refresh, written by hand: one read, the intent on the disk, one POST by node:http on a connection of its own,
// the new pair sealed and on the disk. No lease, no schedule, no budget, no metrics; a crash at the wrong moment loses tokens.
import { createCipheriv, createSecretKey, randomBytes } from 'node:crypto'
import { Agent, request } from 'node:http'
import Database from 'better-sqlite3'
import { tune } from './tune.mjs'
import { unseal } from './unseal.mjs'

/** Opens the floor on a database of the product that nobody else has open. */
export async function open({ databasePath, keys, appId, endpointUrl }) {
  const database = new Database(databasePath)
  tune(database)
  database.exec('create table if not exists intents (open_id text primary key, at integer)')
  const find = database.prepare(
    'select tenant_key, sealed_refresh_token, version from grants where app_id = ? and open_id = ?',
  )
  const intend = database.prepare('insert or replace into intents values (?, ?)')
  const save = database.prepare(
    `update grants set sealed_access_token = ?, sealed_refresh_token = ?, access_token_expires_at = ?, version = version + 1
     where app_id = ? and open_id = ? and version = ?`,
  )
  // Never collected: docs/decisions/0010-keep-what-better-sqlite3-makes.md.
  globalThis.kept = [database, find, intend, save]
  const [keyId, base64] = keys.split(':')
  const key = createSecretKey(Buffer.from(base64, 'base64'))

  return {
    async refresh(openId) {
      const { tenant_key, sealed_refresh_token, version } = find.get(appId, openId)
      const bindingOf = (kind) => [appId, tenant_key, openId, kind]
      const refreshToken = unseal(sealed_refresh_token, key, bindingOf('refresh_token'))
      intend.run(openId, Date.now())
      const reply = await post(`${endpointUrl}/open-apis/authen/v2/oauth/token`, refreshToken)
      save.run(
        seal(reply.access_token, bindingOf('access_token')),
        seal(reply.refresh_token, bindingOf('refresh_token')),
        Date.now() + reply.expires_in * 1000,
        appId,
        openId,
        version,
      )
      return reply.access_token
    },
    async close() {},
  }

  function seal(token, binding) {
    const iv = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', key, iv)
    cipher.setAAD(Buffer.from(JSON.stringify(binding)))
    const ciphertext = Buffer.concat([cipher.update(token, 'utf8'), cipher.final()])
    const parts = [iv, ciphertext, cipher.getAuthTag()].map((part) => part.toString('base64url'))
    return [keyId, ...parts].join('.')
  }

  function post(url, refreshToken) {
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: appId,
      client_secret: 'bench',
      refresh_token: refreshToken,
    }).toString()
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const call = request(url, { method: 'POST', agent: new Agent(), headers }, (reply) => {
        const chunks = []
        reply.on('data', (chunk) => chunks.push(chunk))
        reply.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())))
      })
      call.on('error', reject)
      call.end(body)
    })
  }
}
