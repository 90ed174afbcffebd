import { randomBytes } from 'node:crypto'
import type { Fault } from '../../src/emulator/faults.ts'
import { until } from '../support/processes/until.ts'
import type { Stage } from './stage.ts'

const EXCHANGE = 'POST /open-apis/authen/v2/oauth/token'
const USER_INFO = 'GET /open-apis/authen/v1/user_info'
const SEND = 'POST /open-apis/im/v1/messages'
const REDRAW = 'PATCH /open-apis/im/v1/messages/:id'

/** A person grants, and the bot reads the token. */
export async function authorize(stage: Stage): Promise<void> {
  const [lin] = stage.people
  const { link } = await stage.ask(lin, ['offline_access', 'docx:document:readonly'])
  const { callback } = await stage.decide(link, lin)
  await stage.browse(callback)
  await lin.cardTurns('green')
  stage.keep('access token', await stage.readToken(lin))
  for (const again of [callback, link, `${callback}&code=twice`]) await stage.browse(again)
}

/** A stranger signs in with somebody's link, until the link is withdrawn. */
export async function signInAsSomebodyElse(stage: Stage): Promise<void> {
  const [, alex, sato] = stage.people
  const { link } = await stage.ask(sato)
  for (let time = 0; time < 5; time++) {
    await stage.browse((await stage.decide(link, alex)).callback)
  }
  await sato.cardTurns('grey')
  await stage.browse(link)
  await stage.browse(`${link}/card`, { method: 'POST' })
  await sato.cardTurns('blue')
  await stage.taps(sato, 'Not now')
}

/** A person says no: on the card, in the browser, and in a browser that cannot prove it. */
export async function decline(stage: Stage): Promise<void> {
  const [, alex] = stage.people
  const { link } = await stage.ask(alex)
  const unproven = await stage.decide(link, alex, 'deny')
  await stage.browse(unproven.callback)
  const { callback, cookie } = await stage.decide(link, alex, 'deny')
  await stage.browse(callback, { headers: { cookie } })
  await alex.cardTurns('grey')
  await stage.taps(alex, 'Authorize after all')
  await alex.cardTurns('blue')
  await stage.taps(alex, 'Not now')
  await alex.cardTurns('grey')
}

/** Tokens are refreshed, one is lost on its way here, and one is revoked; Feishu repeats secrets in what it answers. */
export async function rotate(stage: Stage): Promise<void> {
  const [lin] = stage.people
  const [alex, sato] = [stage.someone(), stage.someone()]
  const { sim, app } = stage.emulator
  for (const person of [alex, sato]) {
    const { link } = await stage.ask(person)
    await stage.browse((await stage.decide(link, person)).callback)
    await person.cardTurns('green')
  }
  const first = await stage.readToken(lin)
  const second = await stage.refreshToken(lin)
  if (second === null || second === first) throw new Error('the token was not refreshed')

  const strayRefresh = `ur-${randomBytes(40).toString('base64url')}`
  stage.keep('refresh token', strayRefresh)
  const echo = `client_secret=${app.appSecret} refresh_token ${strayRefresh} Bearer ${second}`
  for (const fault of [
    { match: EXCHANGE, status: 503, body: `<html>${echo}</html>`, times: 5 },
    { match: EXCHANGE, status: 429, body: { code: 99991400, msg: echo }, times: 5 },
    { match: EXCHANGE, status: 400, body: { code: 20050, error: 'server_error', msg: echo } },
    { match: 'POST /oauth/v1/revoke', status: 500, body: `<p>Bearer ${second}</p>`, times: 2 },
  ]) {
    sim.injectFault(fault)
    if (fault.match === EXCHANGE) await stage.refreshToken(lin)
    else await stage.call(`/v1/tokens/${alex.openId}`, { method: 'DELETE' })
    sim.clearFaults()
  }
  // The token is spent, and its successor was never heard.
  sim.injectFault({ match: EXCHANGE, cut: 'after' })
  if (await stage.refreshToken(sato)) throw new Error('the rotation was not lost')
  sim.clearFaults()

  // Hours later, as another process.
  sim.advanceClock({ seconds: 7300 })
  await stage.start({ CALLBACK_SERVER_PORT: '0' })
  if ((await stage.readToken(lin)) === second) throw new Error('an old token was answered')
  const lost = await stage.call(`/v1/tokens/${sato.openId}`)
  if (lost.status !== 404) throw new Error(`a lost rotation was answered with ${lost.status}`)
  const revoked = await stage.call(`/v1/tokens/${alex.openId}`)
  if (revoked.status !== 404) throw new Error(`a revoked token was answered: ${revoked.status}`)
  await stage.readMetrics()
}

/** Everything that can go wrong while a code becomes a token, some of it with the secrets in the answer. */
export async function failToExchange(stage: Stage): Promise<void> {
  const alex = stage.someone()
  const { link, id } = await stage.ask(alex)
  const appSecret = stage.emulator.app.appSecret
  const stray = `eyJhbGciOiJFUzI1NiIs${randomBytes(120).toString('base64url')}`
  const strayRefresh = `ur-${randomBytes(40).toString('base64url')}`
  stage.keep('access token', stray)
  stage.keep('refresh token', strayRefresh)
  const tokens = { access_token: stray, refresh_token: strayRefresh, token_type: 'Bearer' }
  const echo = (code: string) => `client_secret=${appSecret} code ${code} token ${stray}`
  const faults: ((code: string) => Fault)[] = [
    ...[20002, 20003, 20004, 20010, 20036, 20049, 20063, 20065, 20071, 20074].map((code) => () => ({
      match: EXCHANGE,
      code,
    })),
    () => ({ match: EXCHANGE, status: 500 }),
    () => ({ match: EXCHANGE, status: 503 }),
    () => ({ match: EXCHANGE, status: 429 }),
    () => ({ match: EXCHANGE, cut: 'before' }),
    () => ({ match: EXCHANGE, cut: 'after' }),
    (code) => ({ match: EXCHANGE, status: 502, body: `<html>${echo(code)}</html>` }),
    (code) => ({
      match: EXCHANGE,
      status: 400,
      body: { code: 20050, error: 'server_error', error_description: echo(code), msg: echo(code) },
    }),
    () => ({ match: EXCHANGE, body: { code: 0, ...tokens, expires_in: 'soon' } }),
    () => ({ match: EXCHANGE, body: { ...tokens, token_type: { is: stray } } }),
    () => ({
      match: EXCHANGE,
      body: `{"access_token":"${stray}"`,
      contentType: 'application/json',
    }),
    () => ({ match: EXCHANGE, body: [stray, strayRefresh] }),
    () => ({ match: USER_INFO, status: 500 }),
    () => ({ match: USER_INFO, code: 99991668 }),
    () => ({ match: USER_INFO, code: 20021 }),
    () => ({ match: USER_INFO, cut: 'after' }),
    () => ({ match: USER_INFO, status: 400, body: { code: 20005, msg: echo('') } }),
    () => ({ match: USER_INFO, body: { code: 0, data: { open_id: [stray] } } }),
    () => ({ match: 'POST /oauth/v1/revoke', status: 500, body: `<p>Bearer ${stray}</p>` }),
  ]
  for (const fault of faults) {
    const { callback, code } = await stage.decide(link, alex)
    stage.emulator.sim.injectFault(fault(code))
    await stage.browse(callback)
    stage.emulator.sim.clearFaults()
  }
  await stage.call(`/v1/sessions/${id}`)
  await stage.call(`/v1/sessions/${id}/invalidate`, { method: 'POST' })
  await stage.call(`/v1/sessions/${id}/invalidate`, { method: 'POST' })
}

/** Cards that do not arrive, or cannot be redrawn. */
export async function failToShowCards(stage: Stage): Promise<void> {
  const alex = stage.someone()
  const { sim, app } = stage.emulator
  const echo = `app_secret: ${app.appSecret}`
  const failures: Fault[] = [
    { match: SEND, code: 230013 },
    { match: SEND, code: 230027 },
    { match: SEND, status: 400, body: { code: 230001, msg: echo, error: { message: echo } } },
    { match: SEND, status: 500, body: `<html>${echo}</html>`, times: 3 },
    { match: SEND, cut: 'after', times: 3 },
  ]
  for (const failure of failures) {
    sim.injectFault(failure)
    const body = JSON.stringify({ open_id: stage.someone().openId })
    const asked = await stage.call('/v1/sessions', { method: 'POST', body })
    sim.clearFaults()
    const { sessions } = JSON.parse((await stage.call('/v1/sessions?state=pending')).body)
    if (asked.status < 300) throw new Error('the card was sent in spite of the fault')
    for (const { session_id: id } of sessions) {
      await stage.call(`/v1/sessions/${id}/invalidate`, { method: 'POST' })
    }
  }
  await stage.ask(alex)
  sim.injectFault({ match: REDRAW, status: 500, body: `<html>${echo}</html>` })
  sim.injectFault({ match: REDRAW, code: 230031 })
  await stage.taps(alex, 'Not now')
  await until('the card was given up', () => sim.state().faults.length === 0)
}

/** What nobody should send, with secrets where they do not belong. */
export async function sendNonsense(stage: Stage): Promise<void> {
  const [lin] = stage.people
  const token = await stage.readToken(lin)
  const { link } = await stage.ask(lin, ['contact:user.email:readonly'])
  const { callback, code } = await stage.decide(link, lin)
  const state = new URL(callback).searchParams.get('state') ?? ''
  const wrongKey = randomBytes(24).toString('base64url')
  stage.keep('API key', wrongKey)
  for (const address of [
    '/callback',
    `/callback?code=${code}`,
    `/callback?code=${code}&state=${state}x`,
    `/callback?code=${code}&state=${state}&error=access_denied`,
    `/callback?error=server_error&error_description=${code}&state=${'a'.repeat(43)}`,
    `/callback?code=${code}&code=${code}&state=${state}`,
    `/callback?code=${token.repeat(3)}&state=${state}`,
    `/callback/${code}?access_token=${token}`,
    `/callback?state=${state}&error=${code.slice(0, 40)}`,
    `${link}/`,
    `${link}${link}`,
    `/auth/${token.slice(0, 200)}`,
    `/nowhere?access_token=${token}&state=${state}`,
  ]) {
    await stage.browse(address)
  }
  await stage.browse(callback, { method: 'POST', body: token })
  const authorization = `Bearer ${wrongKey}`
  await stage.call('/v1/sessions', { headers: { authorization } })
  await stage.call('/v1/sessions', { headers: { authorization: `Basic ${btoa(wrongKey)}` } })
  await stage.call(`/v1/tokens/ou_${'9'.repeat(32)}`)
  await stage.call(`/v1/tokens/${lin.openId}?scopes=im:message`)
  await stage.call(`/v1/tokens/${lin.openId}?access_token=${token}`)
  await stage.call(`/v1/tokens/${token}`)
  await stage.call(`/v1/sessions/${token.slice(0, 64)}?wait=${code}`)
  await stage.call(`/v1/sessions?cursor=${token}&state=${state}`)
  const method = 'POST'
  for (const body of [
    `{"open_id": "${token}`,
    JSON.stringify({ open_id: { token } }),
    JSON.stringify({ open_id: lin.openId, [token]: 1 }),
    JSON.stringify({ open_id: lin.openId, scopes: [`${token} and more`] }),
    JSON.stringify({ open_id: lin.openId, app_id: token }),
    JSON.stringify({ open_id: lin.openId, locale: token }),
  ]) {
    await stage.call('/v1/sessions', { method, body })
  }
  await tapOddly(stage, link)
}

async function tapOddly({ emulator, people: [lin], keep }: Stage, link: string): Promise<void> {
  const { sim } = emulator
  const ticket = link.slice('/auth/'.length)
  const updateToken = `c-${randomBytes(20).toString('hex')}`
  keep('card update token', updateToken)
  const messageId = lin.messageId()
  const value = { action: 'decline', session: ticket, ticket }
  await sim.click({ messageId, openId: lin.openId, button: { value } })
  for (const event of [
    { token: updateToken, [ticket]: ticket, action: { value: { ticket } } },
    { token: updateToken, operator: { open_id: updateToken }, action: { value: ticket } },
    ticket,
  ]) {
    const header = { event_type: 'card.action.trigger', event_id: ticket, token: updateToken }
    await sim.sendRawEvent({ payload: { schema: '2.0', header, event } })
  }
}

/** What an operator types, with and without mistakes. */
export async function useCommandLine(stage: Stage): Promise<void> {
  const [lin] = stage.people
  const secret = () => randomBytes(24).toString('base64')
  const postgresUrl = `postgres://bot:${randomBytes(16).toString('hex')}@127.0.0.1:9/db`
  const key = `k2:${randomBytes(32).toString('base64')}`
  const codes = await Promise.all([
    stage.command(['sessions', 'list', '--json']),
    stage.command(['sessions', 'list']),
    stage.command(['card', 'send', '--open-id', lin.openId, '--json']),
    stage.command(['sessions', 'list'], { DATABASE_URL: postgresUrl }),
    stage.command(['serve'], {
      TOKEN_ENCRYPTION_KEYS: `k1:${secret()},k1:${secret()}`,
      API_KEYS: `same:${secret()},same:${secret()},Bad Name:${secret()}`,
      FEISHU_ENCRYPT_KEY: secret(),
      CALLBACK_SERVER_PORT: 'many',
    }),
  ])
  if (codes.slice(0, 3).some((code) => code !== 0)) throw new Error(`exit codes ${codes}`)
  if (codes.slice(3).some((code) => code === 0)) throw new Error(`exit codes ${codes}`)
  // After the others: who joins a request whose ticket this key has sealed cannot send its card.
  await stage.command(['card', 'send', '--open-id', lin.openId], { TOKEN_ENCRYPTION_KEYS: key })
}

/** A new process that has lost the key, an hour later: nothing opens, everything pending runs out. */
export async function loseTheKey(stage: Stage): Promise<void> {
  const [lin] = stage.people
  const alex = stage.someone()
  const { sim, app } = stage.emulator
  const { link } = await stage.ask(alex)
  sim.advanceClock({ seconds: 3000 })
  sim.injectFault({ match: 'POST /callback/ws/endpoint', status: 500, body: app.appSecret })
  sim.injectFault({
    match: 'POST /open-apis/auth/v3/tenant_access_token/internal',
    body: { code: 10014, msg: `app secret ${app.appSecret} invalid` },
  })
  await stage.start({
    TOKEN_ENCRYPTION_KEYS: `k9:${randomBytes(32).toString('base64')}`,
    CALLBACK_SERVER_PORT: '0',
    FEISHU_VERIFICATION_TOKEN: randomBytes(16).toString('hex'),
  })
  await stage.browse(link)
  await stage.browse(`${link}/card`, { method: 'POST' })
  await stage.call(`/v1/tokens/${lin.openId}`)
  await stage.call('/readyz?verbose')
  await stage.readMetrics()
}
