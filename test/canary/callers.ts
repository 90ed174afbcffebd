import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { until } from '../support/processes/until.ts'
import type { Stage } from './stage.ts'

/** A bot with a key of the database repeats its calls, makes mistakes, and loses its key. */
export async function callWithKeys(stage: Stage): Promise<void> {
  const [lin] = stage.people
  const secret = await stage.createKey('calendar-bot')
  const authorization = `Bearer ${secret}`
  const idempotencyKey = randomBytes(24).toString('base64url')
  stage.keep('idempotency key', idempotencyKey)
  const once = { authorization, 'idempotency-key': idempotencyKey }

  const first = await stage.postToken(lin, once)
  const again = await stage.postToken(lin, once)
  if (first.token === null || !again.replayed || again.token !== first.token) {
    throw new Error('the call was not repeated')
  }
  const other = await stage.postToken(lin, once, { reason: first.token })
  if (other.status !== 422) throw new Error(`another request was answered with ${other.status}`)
  await stage.postToken(lin, { authorization, 'idempotency-key': idempotencyKey.repeat(9) })
  await stage.postToken(lin, { authorization, 'idempotency-key': secret })
  await stage.postToken(stage.someone(), { ...once, 'idempotency-key': first.token.slice(0, 99) })

  const mistyped = `fca_${randomBytes(32).toString('base64url')}`
  stage.keep('database API key', mistyped)
  await stage.call('/v1/sessions', { headers: { authorization: `Bearer ${mistyped}` } })
  await stage.call('/v1/sessions', { headers: { authorization: `Basic ${btoa(secret)}` } })
  await stage.call(`/v1/tokens/${secret}`)
  await stage.call(`/v1/tokens/${lin.openId}?api_key=${secret}`)
  await stage.call(`/nowhere/${secret}`)
  await stage.browse(`/callback?code=${secret}&state=${secret}`)
  const body = JSON.stringify({ open_id: lin.openId, [secret]: secret, app_id: secret })
  await stage.call('/v1/sessions', { method: 'POST', body, headers: { authorization } })

  for (const args of [
    ['apikey', 'list', '--json'],
    ['apikey', 'revoke', 'calendar-bot'],
    ['audit', 'list', '--json'],
    ['audit', 'verify', '--json'],
  ]) {
    if ((await stage.command(args)) !== 0) throw new Error(`${args.join(' ')} failed`)
  }
  await until('the key has ended', async () => {
    const { status } = await stage.call('/v1/sessions', { headers: { authorization } })
    return status === 401
  })
}

/** A receiver of webhooks answers badly, and repeats what it was shown. */
export async function tellReceiver(stage: Stage): Promise<void> {
  const { receiver } = stage
  const shown = ({ req }: ServerResponse) => `${req.headers['webhook-signature']} ${req.url}`
  const badly: ((response: ServerResponse) => void)[] = [
    (response) => response.writeHead(500).end(shown(response)),
    (response) => response.writeHead(302, { location: `/?signature=${shown(response)}` }).end(),
    (response) => response.writeHead(410, shown(response)).end(shown(response)),
    (response) => response.destroy(),
  ]
  const person = stage.someone()
  for (const answer of badly) {
    receiver.answers.push(answer)
    const { id } = await stage.ask(person)
    await stage.call(`/v1/sessions/${id}/invalidate`, { method: 'POST' })
    await until('the receiver was told', () => receiver.answers.length === 0)
  }
  receiver.answers.push(...badly)
  await stage.command(['webhooks', 'test'])
  const [newer] = stage.receiverSecrets
  for (const env of [
    { WEBHOOK_SECRETS: `${newer}=` },
    { WEBHOOK_SECRETS: newer.replace('whsec_', '') },
    { WEBHOOK_URL: `http://receiver.invalid/hooks?key=${newer}` },
  ]) {
    const code = await stage.command(['webhooks', 'test'], env)
    if (code === 0) throw new Error('a test that cannot arrive has arrived')
  }
  await stage.command(['webhooks', 'list', '--json'])
  await stage.command(['webhooks', 'list', '--dead'])
}
