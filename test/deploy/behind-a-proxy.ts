import { expect } from 'vitest'
import { createPerson } from '../support/processes/person.ts'
import type { Service } from '../support/service.ts'
import { type Answer, type Ask, HOST } from './tls.ts'

/** A proxy in front of a service. */
export type Proxy = { httpsPort: number; ask(path: string, options?: Ask): Promise<Answer> }

const LIN_XIA = 'ou_11111111111111111111111111111111'

/**
 * Carries a person from the card to the green card, and a bot to the token, through the proxy alone; gives what must be in no
 * log: the path of the link, the code and the state.
 */
export async function authorizeThrough(proxy: Proxy, service: Service): Promise<string[]> {
  const authorization = { authorization: `Bearer ${service.apiKey}` }
  const body = JSON.stringify({ open_id: LIN_XIA })
  const json = { ...authorization, 'content-type': 'application/json' }
  const asked = await proxy.ask('/v1/sessions', { method: 'POST', headers: json, body })
  expect(asked.status).toBe(201)

  const person = createPerson(service.emulator, LIN_XIA)
  await person.cardTurns('blue')
  const tapped = await person.taps('Authorize')
  if (!('openUrl' in tapped)) throw new Error('the button opens no link')
  const link = new URL(new URL(tapped.openUrl).searchParams.get('url') ?? tapped.openUrl)
  expect(link.origin).toBe(`https://${HOST}:${proxy.httpsPort}`)
  const opened = await proxy.ask(link.pathname)
  expect(opened.status).toBe(302)
  const [cookie = ''] = opened.headers['set-cookie'] ?? []
  expect(cookie).toMatch(/^__Host-.+; Secure/)
  const authorizeUrl = opened.headers.location ?? ''
  const consent = await service.emulator.sim.approve({ authorizeUrl, openId: LIN_XIA })
  if (!('redirect' in consent)) throw new Error(`no redirect: page ${consent.pageError}`)
  const callback = new URL(consent.redirect)
  const page = await proxy.ask(callback.pathname + callback.search, {
    headers: { cookie: cookie.split(';')[0] ?? '' },
  })
  expect(page.status).toBe(200)
  expect(page.headers['strict-transport-security']).toContain('max-age=')
  expect(page.headers['content-security-policy']).toContain("default-src 'none'")
  await person.cardTurns('green')

  const token = await proxy.ask(`/v1/tokens/${LIN_XIA}`, { headers: authorization })
  expect(JSON.parse(token.text)).toMatchObject({ open_id: LIN_XIA })
  const { searchParams } = callback
  return [
    link.pathname,
    searchParams.get('code') ?? 'missing',
    searchParams.get('state') ?? 'missing',
  ]
}

/** How many links a caller may still open, by what the service says; asking takes one. */
export async function linksLeft(
  proxy: Proxy,
  from: string,
  headers: Record<string, string> = {},
): Promise<number> {
  const answer = await proxy.ask(`/auth/${'a'.repeat(43)}`, { from, headers })
  return Number(/remaining=(\d+)/.exec(String(answer.headers.ratelimit))?.[1])
}
