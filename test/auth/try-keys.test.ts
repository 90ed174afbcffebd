import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store, TokenCipher } from '../../src/auth/ports.ts'
import { accessTokenBinding, refreshTokenBinding } from '../../src/auth/store-grant.ts'
import { createTokenCipher } from '../../src/auth/token-cipher.ts'
import { tryKeys } from '../../src/auth/try-keys.ts'
import { openStore } from '../../src/store/open-store.ts'
import { insertGrant } from '../store/contract/samples.ts'

const cipherOf = (id: string) => createTokenCipher({ keys: [{ id, key: randomBytes(32) }] })

let store: Store
beforeEach(async () => {
  store = await openStore({ databaseUrl: 'file::memory:' })
})
afterEach(() => store.close())

/** A grant of a person, with each token sealed as given. */
function grantOf(openId: string, access: TokenCipher, refresh = access) {
  const row = { appId: 'cli_a', tenantKey: 'tenant_a', openId }
  return insertGrant(store, {
    ...row,
    sealedAccessToken: access.seal('access', accessTokenBinding(row)),
    sealedRefreshToken: refresh.seal('refresh', refreshTokenBinding(row)),
  })
}

const byKey = (tried: Awaited<ReturnType<typeof tryKeys>>) =>
  new Map(tried.map(({ keyId, ...rest }) => [keyId, rest]))

describe('the keys that are tried', () => {
  it('are those that have sealed anything, each with how many it holds and whether it opens', async () => {
    const [first, second, lost] = [cipherOf('first'), cipherOf('second'), cipherOf('lost')]
    await grantOf('ou_1', first)
    await grantOf('ou_2', first)
    await grantOf('ou_3', lost)
    await grantOf('ou_4', first, second)
    expect(byKey(await tryKeys({ store, cipher: first }))).toEqual(
      new Map([
        ['first', { grants: 2, opens: true }],
        ['lost', { grants: 1, opens: false }],
        [null, { grants: 1, opens: true }],
      ]),
    )
  })

  it('are not said to open where another key has the same name', async () => {
    await grantOf('ou_1', cipherOf('same'))
    const tried = await tryKeys({ store, cipher: cipherOf('same') })
    expect(tried).toEqual([{ keyId: 'same', grants: 1, opens: false }])
  })

  it('are none where nobody has granted anything', async () => {
    expect(await tryKeys({ store, cipher: cipherOf('first') })).toEqual([])
  })

  it('are tried on one grant each, however many they hold', async () => {
    const cipher = cipherOf('first')
    for (const openId of ['ou_1', 'ou_2', 'ou_3']) await grantOf(openId, cipher)
    let opened = 0
    const counting: Pick<TokenCipher, 'open'> = {
      open(...which) {
        opened++
        return cipher.open(...which)
      },
    }
    await tryKeys({ store, cipher: counting })
    expect(opened).toBe(1)
  })
})
