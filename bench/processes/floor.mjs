// The floor: the least that Express 5 and better-sqlite3 can do for the same requests, with no checks, limits, logs or
// metrics. Plain JavaScript, so that it starts as fast as such a server can.
import { createCipheriv, createHash, randomBytes, randomUUID } from 'node:crypto'
import { Agent, request as openRequest } from 'node:http'
import Database from 'better-sqlite3'
import express from 'express'

const [databasePath, feishu] = process.argv.slice(2)
const agent = new Agent({ keepAlive: true })
const key = randomBytes(32)

const database = new Database(databasePath)
// The same durability and cache as the service's database.
for (const pragma of [
  'page_size = 8192',
  'journal_mode = WAL',
  'synchronous = FULL',
  'cache_size = -16384',
]) {
  database.pragma(pragma)
}
database.exec(`
  create table if not exists sessions (
    id text primary key, open_id text not null, state text not null, state_hash text unique,
    ticket_hash text not null, scopes text not null, created_at integer not null
  );
  create index if not exists sessions_person on sessions (open_id);
  create table if not exists grants (
    open_id text primary key, access_token text not null, refresh_token text not null, expires_at integer not null
  );
`)
const insertSession = database.prepare(
  `insert into sessions values (?, ?, 'pending', null, ?, '["offline_access"]', ?)`,
)
const findPending = database.prepare(
  `select id, state from sessions where open_id = ? and state = 'pending'`,
)
const insertGrant = database.prepare('insert or replace into grants values (?, ?, ?, ?)')
const complete = database.prepare(`update sessions set state = 'completed' where state_hash = ?`)

const app = express()
app.disable('x-powered-by')
app.disable('etag')

app.get('/readyz', (_request, response) => response.json({ status: 'ok' }))

app.get('/callback', async ({ query }, response) => {
  const form = { grant_type: 'authorization_code', client_id: 'bench', client_secret: 'bench' }
  const tokens = await call('POST', '/open-apis/authen/v2/oauth/token', {
    type: 'application/x-www-form-urlencoded',
    body: new URLSearchParams({ ...form, code: query.code }).toString(),
  })
  const { data } = await call('GET', '/open-apis/authen/v1/user_info', {
    token: tokens.access_token,
  })
  const expiresAt = Date.now() + tokens.expires_in * 1000
  insertGrant.run(data.open_id, seal(tokens.access_token), seal(tokens.refresh_token), expiresAt)
  complete.run(hash(query.state))
  response.type('html').send('<!doctype html><title>Done</title><p>You can close this page.</p>')
})

app.post('/v1/sessions', express.json(), async ({ body }, response) => {
  const id = randomUUID()
  const ticket = randomBytes(32).toString('base64url')
  insertSession.run(id, body.open_id, hash(ticket), Date.now())
  const content = JSON.stringify({
    header: { title: 'Authorize' },
    url: `https://x/auth/${ticket}`,
  })
  const message = { receive_id: body.open_id, msg_type: 'interactive', content }
  const sent = await call('POST', '/open-apis/im/v1/messages?receive_id_type=open_id', {
    type: 'application/json',
    token: 't-bench',
    body: JSON.stringify(message),
  })
  response.status(201).json({ session_id: id, state: 'pending', card: sent.data })
})

app.post('/v1/joined-sessions', express.json(), ({ body }, response) => {
  const session = findPending.get(body.open_id)
  response.json({ session_id: session.id, state: session.state })
})

function hash(secret) {
  return createHash('sha256').update(secret).digest('base64url')
}

function seal(text) {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([iv, ciphertext, cipher.getAuthTag()]).toString('base64url')
}

function call(method, path, { token, type, body }) {
  const headers = {
    ...(token && { authorization: `Bearer ${token}` }),
    ...(body && { 'content-type': type, 'content-length': Buffer.byteLength(body) }),
  }
  return new Promise((resolve, reject) => {
    const request = openRequest(`${feishu}${path}`, { method, headers, agent }, (reply) => {
      const chunks = []
      reply.on('data', (chunk) => chunks.push(chunk))
      reply.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())))
    })
    request.on('error', reject)
    request.end(body)
  })
}

const server = app.listen(0, '127.0.0.1', () => {
  const url = `http://127.0.0.1:${server.address().port}`
  console.log(JSON.stringify({ event: 'service_ready', url }))
})
