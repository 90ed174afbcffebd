// One authorization server for all contestants, each in its own dialect: refresh tokens are single use and rotate, as Feishu's.
// It counts what it is asked and notes how long it held each answer, which is not the contestants' time.
import { createServer } from 'node:http'

const TOKEN_LENGTH = 1200
const FILLING = 'x'.repeat(TOKEN_LENGTH)
const spent = new Set()
const delayMs = Number(process.argv[2] ?? 0)
let seen = newCounts()

const server = createServer((request, response) => {
  const startedAt = performance.now()
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    const answer = answerTo(request, Buffer.concat(chunks).toString())
    const isRefresh = answer.isRefresh === true
    setTimeout(
      () => {
        send(response, answer)
        if (isRefresh) seen.heldMs.push(performance.now() - startedAt)
      },
      isRefresh ? delayMs : 0,
    )
  })
})
server.keepAliveTimeout = 60_000

function answerTo({ url }, body) {
  switch (url) {
    case '/counts':
      return { body: JSON.stringify(takeCounts()) }
    case '/open-apis/auth/v3/tenant_access_token/internal':
      return { body: '{"code":0,"tenant_access_token":"t-bench","expire":7200}' }
    case '/open-apis/bot/v3/info':
      return { body: '{"code":0,"bot":{"app_name":"Bench"}}' }
  }
  const refreshToken = new URLSearchParams(body).get('refresh_token')
  if (refreshToken === null) throw new Error(`nothing here answers ${url}`)
  return { ...rotate(url, refreshToken), isRefresh: true }
}

function rotate(url, refreshToken) {
  seen.calls += 1
  const isSlack = url.startsWith('/slack/')
  if (spent.has(refreshToken)) {
    seen.refused += 1
    if (isSlack) return { body: '{"ok":false,"error":"invalid_refresh_token"}' }
    return { status: 400, body: '{"code":20073,"error":"invalid_grant"}' }
  }
  spent.add(refreshToken)
  const [, openId, generation] = refreshToken.split('.')
  const next = Number(generation) + 1
  const tokens = {
    access_token: `fresh.${openId}.${next}.${FILLING}`.slice(0, TOKEN_LENGTH),
    expires_in: 7200,
    refresh_token: `renew.${openId}.${next}.${FILLING}`.slice(0, TOKEN_LENGTH),
    refresh_token_expires_in: 604_800,
    scope: 'offline_access',
    token_type: isSlack ? 'user' : 'Bearer',
  }
  return { body: JSON.stringify(isSlack ? { ok: true, ...tokens } : { code: 0, ...tokens }) }
}

function newCounts() {
  return { calls: 0, refused: 0, heldMs: [] }
}

function takeCounts() {
  const counts = seen
  seen = newCounts()
  return counts
}

function send(response, { status = 200, body }) {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}

server.listen(0, '127.0.0.1', () => {
  const url = `http://127.0.0.1:${server.address().port}`
  console.log(JSON.stringify({ event: 'service_ready', url }))
})
