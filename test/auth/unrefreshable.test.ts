import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { APP, createDomain, type Domain, LIN } from '../support/domain.ts'

const SWITCH =
  'turn on "Refresh user_access_token" in the developer console under Security Settings (https://open.feishu.cn/app/cli_0123456789abcdef/safe)'

let domain: Domain
beforeEach(async () => {
  domain = await createDomain()
  domain.oauth.reply = { refreshToken: null, refreshTokenExpiresIn: null }
})
afterEach(() => domain.close())

async function consent(scopes: string[]) {
  const { session } = await domain.auth.requestAuthorization({ openId: LIN.openId, scopes })
  await domain.agree(session.id)
}

const told = () => domain.seen.filter(({ type }) => type === 'grant_unrefreshable')
const key = { openId: LIN.openId }

describe('a consent that brings no refresh token', () => {
  it.each([
    ['not_returned', ['docx:document', 'offline_access'], undefined, SWITCH],
    [
      'not_granted',
      ['docx:document', 'offline_access'],
      ['docx:document'],
      'Permissions & Scopes (https://open.feishu.cn/app/cli_0123456789abcdef/auth)',
    ],
    ['not_asked', ['docx:document'], undefined, 'name it among the scopes'],
  ])('is told of as %s, and works until its token ends', async (why, asked, granted, advice) => {
    if (granted) domain.oauth.reply = { ...domain.oauth.reply, scopes: granted }
    await consent(asked)
    expect(told()).toMatchObject([{ why, advice: expect.stringContaining(advice) }])
    expect(await domain.auth.readUserAccessToken(key)).toMatchObject(key)
    domain.clock.advance(2 * 3_600_000)
    await expect(domain.auth.readUserAccessToken(key)).rejects.toMatchObject({
      code: 'authorization_required',
      message: expect.stringContaining(advice),
    })
    await expect(domain.auth.getUserAccessToken(key)).rejects.toMatchObject({
      code: 'authorization_required',
      message: expect.stringContaining(advice),
      advice: expect.stringContaining(advice),
    })
  })

  it('is told of as not granted where nobody knows any more what was asked', async () => {
    await consent(['docx:document'])
    domain.clock.advance(31 * 86_400_000)
    await domain.auth.sweep.retention()
    await expect(domain.auth.readUserAccessToken(key)).rejects.toMatchObject({
      code: 'authorization_required',
      message: expect.stringContaining('Permissions & Scopes'),
    })
  })

  it('names the console of Lark on Lark', async () => {
    const lark = await createDomain({ apps: [{ ...APP, brand: 'lark' }] })
    await domain.close()
    domain = lark
    domain.oauth.reply = { refreshToken: null, refreshTokenExpiresIn: null }
    await consent(['offline_access'])
    expect(told()).toMatchObject([
      {
        advice: expect.stringContaining('https://open.larksuite.com/app/cli_0123456789abcdef/safe'),
      },
    ])
  })

  it('says nothing of settings when the refresh token is there', async () => {
    domain.oauth.reply = {}
    await consent(['offline_access'])
    expect(told()).toEqual([])
    domain.clock.advance(8 * 86_400_000)
    await expect(domain.auth.readUserAccessToken(key)).rejects.toMatchObject({
      message: expect.not.stringContaining('developer console'),
    })
  })
})
