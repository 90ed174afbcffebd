// Runs in a project that has nothing but the package: a person is asked and agrees; library and client give the same token.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import express from 'express'
import { AuthorizationRequiredError, createCardAuth } from 'feishu-card-auth'
import { CardAuthError, createCardAuthClient } from 'feishu-card-auth/client'
import { startFeishuEmulator } from 'feishu-card-auth/emulator'

const apiKey = 'a-key-for-this-project-0123456789'
const encryptionKeys = `k1:${randomBytes(32).toString('base64')}`
const database = 'file:./auth.db'
const emulator = await startFeishuEmulator()
const { appId, appSecret } = emulator.app
const openId = emulator.people[0].openId

const app = express()
const server = app.listen(0, '127.0.0.1')
await once(server, 'listening')
const redirectUri = `http://127.0.0.1:${server.address().port}/callback`
const hosts = { apiBaseUrl: emulator.url, accountsBaseUrl: emulator.url }
const options = { appId, appSecret, redirectUri, encryptionKeys, database, ...hosts }
const auth = await createCardAuth(options)
app.use(auth.router)
await auth.start()

const asked = await auth.getUserAccessToken({ openId }).catch((error) => error)
if (!(asked instanceof AuthorizationRequiredError)) throw asked
const card = emulator.sim.messages().find(({ msg_type }) => msg_type === 'interactive')
const button = { text: 'Authorize' }
const { openUrl } = await emulator.sim.click({ messageId: card.message_id, openId, button })
const link = new URL(openUrl).searchParams.get('url') ?? openUrl
const opened = await fetch(link, { redirect: 'manual' })
const authorizeUrl = opened.headers.get('location')
const { redirect } = await emulator.sim.approve({ authorizeUrl, openId })
await (await fetch(redirect)).text()
const token = await auth.getUserAccessToken({ openId })
await auth.close()
server.close()
server.closeAllConnections()

const service = spawn(process.execPath, ['node_modules/feishu-card-auth/dist/main.js'], {
  stdio: ['ignore', 'pipe', 'inherit'],
  env: {
    ...process.env,
    FEISHU_APP_ID: appId,
    FEISHU_APP_SECRET: appSecret,
    FEISHU_API_BASE_URL: emulator.url,
    FEISHU_ACCOUNTS_BASE_URL: emulator.url,
    OAUTH_REDIRECT_URI: redirectUri,
    CALLBACK_SERVER_PORT: new URL(redirectUri).port,
    CALLBACK_SERVER_HOST: '127.0.0.1',
    METRICS_PORT: '0',
    DATABASE_URL: database,
    TOKEN_ENCRYPTION_KEYS: encryptionKeys,
    API_KEYS: `project:${apiKey}`,
  },
})
service.stdout.resume()
const client = createCardAuthClient({ baseUrl: new URL(redirectUri).origin, apiKey, retries: 40 })
const read = await client.readUserAccessToken({ openId })
if (read.accessToken !== token.accessToken) throw new Error('the tokens differ')
const lost = await client.getSession('never').catch((error) => error)
if (!(lost instanceof CardAuthError) || lost.code !== 'session_not_found') throw lost

service.kill('SIGTERM')
const [code] = await once(service, 'exit')
if (code !== 0) throw new Error(`the service ended with ${code}`)
await emulator.close()
console.log('it works')
