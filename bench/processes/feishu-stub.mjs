// The least of Feishu that the service and the floor need under load, in a process of its own: every answer is made from the
// request alone, so it never is the slowest part. What is measured is our code, not the emulator's checks and transcript.
import { createServer } from 'node:http'

/** As long as Feishu's own tokens. */
const FILLING = 'x'.repeat(1000)

const server = createServer((request, response) => {
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    const body = JSON.stringify(answer(request, Buffer.concat(chunks).toString()))
    response.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
    })
    response.end(body)
  })
})
// Connections stay open between rounds.
server.keepAliveTimeout = 60_000
let messages = 0

function answer({ method, url, headers }, body) {
  if (url.startsWith('/open-apis/im/v1/messages')) {
    if (method === 'PATCH') return { code: 0, data: {} }
    messages += 1
    return { code: 0, data: { message_id: `om_${messages}` } }
  }
  switch (url) {
    case '/open-apis/authen/v2/oauth/token':
      return tokensFor(new URLSearchParams(body).get('code'))
    case '/open-apis/authen/v1/user_info':
      return { code: 0, data: personOf(headers.authorization) }
    case '/open-apis/auth/v3/tenant_access_token/internal':
      return { code: 0, tenant_access_token: 't-bench', expire: 7200 }
    case '/open-apis/bot/v3/info':
      return { code: 0, bot: { app_name: 'Bench' } }
  }
  throw new Error(`nothing here answers ${method} ${url}`)
}

/** The code of a person is `code.` and their open_id, and so are their tokens. */
function tokensFor(code) {
  const openId = code.split('.')[1]
  return {
    code: 0,
    access_token: `u.${openId}.${FILLING}`,
    expires_in: 7200,
    refresh_token: `r.${openId}.${FILLING}`,
    refresh_token_expires_in: 604_800,
    scope: 'offline_access',
    token_type: 'Bearer',
  }
}

function personOf(authorization) {
  return { open_id: authorization.split('.')[1], tenant_key: 'tenant', name: 'Somebody' }
}

server.listen(0, '127.0.0.1', () => {
  const url = `http://127.0.0.1:${server.address().port}`
  console.log(JSON.stringify({ event: 'service_ready', url }))
})
