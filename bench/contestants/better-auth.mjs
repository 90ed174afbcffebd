// better-auth, as its documentation sets it up for a foreign OAuth provider: tokens encrypted, on better-sqlite3.

import { betterAuth } from 'better-auth'
import { symmetricEncrypt } from 'better-auth/crypto'
import { getMigrations } from 'better-auth/db/migration'
import { genericOAuth } from 'better-auth/plugins'
import Database from 'better-sqlite3'
import { accessTokenOf, openIdOf, refreshTokenOf } from '../people.mjs'
import { tune } from './tune.mjs'

const SECRET = 'only-the-bench-uses-this-secret-0123456789'
const PROVIDER = 'feishu'

/** Opens better-auth on a database of its own and fills it. */
export async function open({ databasePath, people, expiresInSeconds, endpointUrl }) {
  const database = new Database(databasePath)
  tune(database)
  const options = {
    database,
    baseURL: 'http://127.0.0.1:9',
    secret: SECRET,
    account: { encryptOAuthTokens: true },
    logger: { disabled: true },
    telemetry: { enabled: false },
    plugins: [
      genericOAuth({
        config: [
          {
            providerId: PROVIDER,
            clientId: 'bench',
            clientSecret: 'bench',
            authorizationUrl: `${endpointUrl}/authorize`,
            tokenUrl: `${endpointUrl}/oauth/token`,
          },
        ],
      }),
    ],
  }
  const { runMigrations } = await getMigrations(options)
  await runMigrations()
  await fill(database, people, expiresInSeconds)
  const auth = betterAuth(options)
  return {
    async read(userId) {
      return (await auth.api.getAccessToken({ body: { providerId: PROVIDER, userId } })).accessToken
    },
    async close() {},
  }
}

async function fill(database, people, expiresInSeconds) {
  const now = new Date().toISOString()
  const expiresAt = new Date(Date.now() + expiresInSeconds * 1000).toISOString()
  const user = database.prepare(
    `insert into user (id, name, email, emailVerified, createdAt, updatedAt) values (?, 'Somebody', ?, 1, ?, ?)`,
  )
  const account = database.prepare(
    `insert into account (id, accountId, providerId, userId, accessToken, refreshToken, accessTokenExpiresAt, scope, createdAt, updatedAt)
     values (?, ?, ?, ?, ?, ?, ?, 'offline_access', ?, ?)`,
  )
  globalThis.kept = [database, user, account]
  database.exec('begin')
  for (let number = 0; number < people; number++) {
    const id = openIdOf(number)
    const access = await seal(accessTokenOf(id))
    // Only a token that ran out is refreshed, and sealing takes most of the time.
    const refresh = expiresInSeconds > 0 ? access : await seal(refreshTokenOf(id))
    user.run(id, `${id}@example.com`, now, now)
    account.run(id, id, PROVIDER, id, access, refresh, expiresAt, now, now)
  }
  database.exec('commit')
}

function seal(data) {
  return symmetricEncrypt({ key: SECRET, data })
}
