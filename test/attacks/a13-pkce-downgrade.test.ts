import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { startFeishuEmulator } from '../../src/emulator/index.ts'
import {
  eventually,
  headingOf,
  openScene,
  readToken,
  type Scene,
  type Watch,
} from '../journeys/bad-input/scene.ts'
import { startService } from '../support/service.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

describe('A13: PKCE is taken out on the way', () => {
  let scene: Scene
  let watch: Watch
  beforeAll(async () => {
    scene = await openScene()
  })
  afterAll(() => scene.close())
  beforeEach(async () => {
    watch = await scene.watch()
  })

  it('S256 is asked for at every sign-in, each with its own challenge and state', async () => {
    const person = await scene.askedPerson()
    const urls = [person.authorizeUrl]
    for (let tab = 0; tab < 3; tab++)
      urls.push((await scene.service.tap(person.openId)).authorizeUrl)
    const asked = urls.map((url) => new URL(url).searchParams)
    for (const query of asked) {
      expect(query.get('code_challenge_method')).toBe('S256')
      expect(query.get('code_challenge')).toMatch(/^[\w-]{43}$/)
      expect(query.get('state')).toMatch(/^[\w-]{43}$/)
      expect(query.get('redirect_uri')).toBe(`${scene.service.url}/callback`)
    }
    for (const name of ['code_challenge', 'state']) {
      expect(new Set(asked.map((query) => query.get(name))).size).toBe(4)
    }
  })

  it('a verifier is presented with every code', async () => {
    await scene.completes(await scene.askedPerson())
    const exchanges = scene.service.emulator.sim
      .transcript()
      .map(({ request }) => JSON.stringify(request ?? null))
      .filter((request) => request.includes('"grant_type":"authorization_code"'))
    expect(exchanges).not.toEqual([])
    for (const request of exchanges) expect(request).toMatch(/"code_verifier":"[\w-]{4}…"/)
  })

  it('a code for another challenge is refused', async () => {
    const person = await scene.askedPerson()
    const replaced = new URL(person.authorizeUrl)
    replaced.searchParams.set('code_challenge', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM')
    const page = await scene.visit(await scene.approve(replaced.href, person.openId))
    expect(page).toMatchObject({ status: 400, heading: headingOf('sign_in_stale') })
    expect(await watch.failures()).toEqual({ 'pkce_failed/security': 1 })
    await scene.completes(person)
  })

  it.each(['with a code of whoever was asked', 'with the code of a victim'])(
    'a code without challenge, which endpoint v2 gives a token for, is of use to its owner only: %s',
    async (whose) => {
      const [attacker, victim] = [await scene.askedPerson(), await scene.askedPerson()]
      const isOwn = whose === 'with a code of whoever was asked'
      const owner = isOwn ? attacker : victim
      const issued = await scene.approve(withoutChallenge(owner.authorizeUrl), owner.openId)
      const brought = new URL(issued)
      const { searchParams } = new URL(attacker.authorizeUrl)
      brought.searchParams.set('state', searchParams.get('state') ?? '')
      const page = await scene.visit(brought.href)
      if (isOwn) {
        expect(page.heading).toBe(headingOf('completed'))
        const token = await readToken(scene.service, attacker.openId)
        expect(scene.service.emulator.sim.tokenOwner(token)?.openId).toBe(attacker.openId)
      } else {
        expect(page).toMatchObject({ status: 403, heading: headingOf('wrong_account') })
        const stray = scene.newestToken()
        await eventually(() => scene.service.emulator.sim.tokenOwner(stray)?.works === false)
        expect((await scene.service.api(`/v1/tokens/${attacker.openId}`)).status).toBe(404)
        expect(await watch.failures()).toEqual({ 'identity_mismatch/security': 1 })
      }
      expect((await scene.service.api(`/v1/tokens/${victim.openId}`)).status).toBe(404)
      await scene.completes(victim)
    },
  )

  it('a code without challenge gets no token from endpoint v3, because a verifier comes with it', async () => {
    const emulator = await startFeishuEmulator()
    const env = { FEISHU_TOKEN_URL: `${emulator.url}/oauth/v3/token` }
    const service = await startService({ emulator, env })
    onTestFinished(async () => {
      await service.close()
      await emulator.close()
    })
    const openId = emulator.people[1]?.openId ?? ''
    await service.ask(openId)
    const { authorizeUrl } = await service.tap(openId)
    const consent = await emulator.sim.approve({
      authorizeUrl: withoutChallenge(authorizeUrl),
      openId,
    })
    if (!('redirect' in consent)) throw new Error('there is no redirect')
    const page = await fetch(consent.redirect)
    expect(page.status).toBe(400)
    expect((await service.api(`/v1/tokens/${openId}`)).status).toBe(404)
    const failed = { reason: 'pkce_failed' }
    expect(await service.metric('lark_service_auth_failure_total', failed)).toBe(1)
  })
})

function withoutChallenge(authorizeUrl: string): string {
  const stripped = new URL(authorizeUrl)
  stripped.searchParams.delete('code_challenge')
  stripped.searchParams.delete('code_challenge_method')
  return stripped.href
}
