import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { headingOf, openScene, readToken, type Scene } from '../journeys/bad-input/scene.ts'
import { expectNothingFor, failuresOf } from './what-is-left.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene.close())

describe("A4: the attacker's code is put into the victim's browser", () => {
  it("with the victim's state: it cannot be spent there", async () => {
    const [victim, attacker] = [await scene.askedPerson(), await scene.askedPerson()]
    const own = await scene.approve(attacker.authorizeUrl, attacker.openId)
    const planted = new URL(own)
    planted.searchParams.set('state', stateOf(victim.authorizeUrl))
    const page = await scene.visit(planted.href, { cookie: victim.cookie })
    expect(page).toMatchObject({ status: 400, heading: headingOf('sign_in_stale') })
    await expectNothingFor(scene, victim.openId)
    await expectNothingFor(scene, attacker.openId)
    expect(await failuresOf(scene, victim)).toEqual(['pkce_failed'])
    await scene.completes(victim)
  })

  it("with the attacker's own state: it is their own consent, and nothing of the victim's", async () => {
    const [victim, attacker] = [await scene.askedPerson(), await scene.askedPerson()]
    const own = await scene.approve(attacker.authorizeUrl, attacker.openId)
    await scene.visit(own, { cookie: victim.cookie })
    await expectNothingFor(scene, victim.openId)
    expect(await scene.session(victim.session.session_id)).toMatchObject({ state: 'pending' })
    // Who was asked is who has consented: the browser that brings the answer does not matter.
    const token = await readToken(scene.service, attacker.openId)
    expect(scene.service.emulator.sim.tokenOwner(token)).toMatchObject({ openId: attacker.openId })
    await scene.completes(victim)
  })

  it("and the other way round: a victim's stolen code is of no use in the attacker's sign-in", async () => {
    const [victim, attacker] = [await scene.askedPerson(), await scene.askedPerson()]
    const stolen = new URL(await scene.approve(victim.authorizeUrl, victim.openId))
    const planted = new URL(await scene.approve(attacker.authorizeUrl, attacker.openId))
    planted.searchParams.set('code', stolen.searchParams.get('code') ?? '')
    const page = await scene.visit(planted.href, { cookie: attacker.cookie })
    expect(page).toMatchObject({ status: 400, heading: headingOf('sign_in_stale') })
    await expectNothingFor(scene, attacker.openId)
    await expectNothingFor(scene, victim.openId)
    expect(await failuresOf(scene, attacker)).toEqual(['pkce_failed'])
    await scene.completes(victim)
  })
})

function stateOf(authorizeUrl: string): string {
  return new URL(authorizeUrl).searchParams.get('state') ?? ''
}
