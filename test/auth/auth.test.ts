import { afterEach, describe, expect, it } from 'vitest'
import type { Around } from '../../src/auth/around.ts'
import { createDomain, type Domain, LIN } from '../support/domain.ts'

describe('the domain', () => {
  let domain: Domain
  afterEach(() => domain.close())

  it('shows whoever watches each call for a token as one stretch, with how it ends', async () => {
    const seen: string[] = []
    const around: Around = async (stretch, work) => {
      seen.push(`${stretch} begins`)
      try {
        return await work()
      } catch (error) {
        seen.push('in vain')
        throw error
      } finally {
        seen.push('ends')
      }
    }
    domain = await createDomain({ around })
    const { readUserAccessToken, getUserAccessToken } = domain.auth
    const request = { openId: LIN.openId, scopes: ['a'] }
    const inVain = ['get_user_access_token begins', 'in vain', 'ends']
    await expect(readUserAccessToken(request)).rejects.toMatchObject({ openId: LIN.openId })
    expect(seen.splice(0)).toEqual(inVain)
    await expect(getUserAccessToken(request)).rejects.toMatchObject({ openId: LIN.openId })
    expect(seen.splice(0)).toEqual(inVain)
    expect(await getUserAccessToken.orSession(request)).toMatchObject({ kind: 'asked' })
    expect(seen).toEqual(['get_user_access_token begins', 'ends'])
  })

  it('goes on with the consent of a person whose browser has left', async () => {
    domain = await createDomain()
    const { session } = await domain.auth.requestAuthorization({ openId: LIN.openId })
    const { url, state, browserSecret } = await domain.tap(session.id)
    const code = domain.oauth.consent(url, LIN)
    let answer = () => {}
    const isAsked = new Promise<void>((asked) => {
      domain.oauth.beforeAnswer = () =>
        new Promise((comes) => {
          answer = comes
          asked()
        })
    })
    const completing = domain.auth.completeAuthorization({
      kind: 'code',
      code,
      state,
      browserSecret,
    })
    await isAsked
    // A shutdown waits for it.
    expect(domain.background.count()).toBe(1)
    answer()
    await domain.background.drain()
    expect((await domain.auth.readSession(session.id)).state).toBe('completed')
    await completing
  })

  it('asks nobody ahead of time unless it is told when', async () => {
    domain = await createDomain()
    domain.oauth.reply = { refreshTokenExpiresIn: 365 * 86_400 }
    const { session } = await domain.auth.requestAuthorization({ openId: LIN.openId })
    await domain.agree(session.id)
    await domain.store.upkeeps.adopt(domain.clock.now(), 9)
    domain.clock.advance(360 * 86_400_000)
    expect(await domain.auth.askAhead.due()).toEqual({ asked: 0 })
    expect(domain.messenger.sends).toBe(1)
  })

  it('asks a person again whose grant was lost by a crash, once it is told to', async () => {
    domain = await createDomain()
    const { session } = await domain.auth.requestAuthorization({ openId: LIN.openId })
    await domain.agree(session.id)
    const key = { appId: session.appId, openId: LIN.openId }
    const stop = domain.auth.askAgain()
    domain.events.emit({ type: 'grant_finished', ...key, reason: 'lost_rotation' })
    await domain.background.drain()
    stop()
    expect(await domain.store.sessions.findPending(key.appId, key.openId)).toMatchObject({
      scopes: session.scopes,
      card: { messageId: 'om_2' },
    })
  })
})
