import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createShowRevocation } from '../../src/auth/show-revocation.ts'
import { APP, createDomain, type Domain, LIN } from '../support/domain.ts'

const KEY = { appId: APP.appId, openId: LIN.openId }

let domain: Domain
beforeEach(async () => {
  domain = await createDomain()
  const { store, clock, background, auth } = domain
  domain.events.on(createShowRevocation({ store, clock, background, showCard: auth.showCard }))
})
afterEach(() => domain.close())

async function consent(scopes?: string[]): Promise<string> {
  const { id } = (await domain.auth.requestAuthorization({ ...KEY, scopes })).session
  await domain.agree(id)
  await domain.auth.showCard.due()
  return id
}

const looks = () => [...domain.messenger.cards.values()].map(({ look }) => look)
const toldByFeishu = (reason: 'risk' | 'restriction' | 'unknown') =>
  domain.auth.grantEndings.tokensRevoked({ ...KEY, tokens: 'both', reason, at: null })

describe('the card of a grant', () => {
  it.each([
    ['user', 'revoked:by_person'],
    ['admin', 'revoked:by_admin'],
  ] as const)('says at once who took it back: %s', async (by, look) => {
    await consent()
    expect(looks()).toEqual(['completed'])
    await domain.auth.tokens.revokeGrant.here(KEY, by)
    await domain.background.drain()
    expect(looks()).toEqual([look])
  })

  it.each(['risk', 'restriction', 'unknown'] as const)(
    'says at once that Feishu took it back: %s',
    async (reason) => {
      await consent()
      await toldByFeishu(reason)
      await domain.background.drain()
      expect(looks()).toEqual(['revoked:by_feishu'])
    },
  )

  it('stays as it is while another card brought what has ended', async () => {
    await consent()
    await consent(['offline_access', 'docx:document:readonly'])
    await domain.auth.tokens.revokeGrant.here(KEY, 'user')
    await domain.background.drain()
    expect(looks()).toEqual(['completed', 'revoked:by_person'])
  })

  it('is not drawn twice when the end is told twice', async () => {
    await consent()
    await domain.auth.tokens.revokeGrant.here(KEY, 'user')
    await domain.background.drain()
    const { updates } = domain.messenger
    const [revoked] = domain.seen.filter(({ type }) => type === 'grant_revoked')
    if (revoked) domain.events.emit(revoked)
    await domain.background.drain()
    expect(domain.messenger.updates).toBe(updates)
  })
})
