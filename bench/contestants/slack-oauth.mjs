// @slack/oauth over an installation store on better-sqlite3; its stores have no encryption.
import { InstallProvider, LogLevel } from '@slack/oauth'
import Database from 'better-sqlite3'
import { accessTokenOf, openIdOf, refreshTokenOf } from '../people.mjs'
import { tune } from './tune.mjs'

const TEAM = { id: 'T0BENCH' }

/** Opens it on a database of its own and fills it. */
export async function open({ databasePath, people, expiresInSeconds, endpointUrl }) {
  const database = new Database(databasePath)
  tune(database)
  database.exec(
    'create table installations (team_id text, user_id text, installation text not null, primary key (team_id, user_id))',
  )
  const select = database
    .prepare('select installation from installations where team_id = ? and user_id = ?')
    .pluck()
  const insert = database.prepare('insert or replace into installations values (?, ?, ?)')
  globalThis.kept = [database, select, insert]
  const store = (installation) =>
    insert.run(installation.team.id, installation.user.id, JSON.stringify(installation))

  const expiresAt = Math.floor(Date.now() / 1000) + expiresInSeconds
  database.exec('begin')
  for (let number = 0; number < people; number++) store(installationOf(openIdOf(number), expiresAt))
  database.exec('commit')

  const provider = new InstallProvider({
    clientId: 'bench',
    clientSecret: 'bench',
    stateSecret: 'bench',
    logLevel: LogLevel.ERROR,
    logger: silent(),
    clientOptions: { slackApiUrl: `${endpointUrl}/slack/`, retryConfig: { retries: 0 } },
    installationStore: {
      storeInstallation: async (installation) => void store(installation),
      fetchInstallation: async ({ teamId, userId }) => JSON.parse(select.get(teamId, userId)),
    },
  })
  return {
    async read(userId) {
      const { userToken } = await provider.authorize({ teamId: TEAM.id, userId })
      return userToken
    },
    async close() {},
  }
}

function installationOf(id, expiresAt) {
  return {
    team: TEAM,
    authVersion: 'v2',
    isEnterpriseInstall: false,
    user: {
      id,
      token: accessTokenOf(id),
      refreshToken: refreshTokenOf(id),
      expiresAt,
      scopes: ['offline_access'],
    },
  }
}

function silent() {
  const nothing = () => {}
  return {
    debug: nothing,
    info: nothing,
    warn: nothing,
    error: nothing,
    setLevel: nothing,
    getLevel: () => LogLevel.ERROR,
    setName: nothing,
  }
}
