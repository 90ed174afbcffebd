import { afterEach, describe, expect, it } from 'vitest'
import { createEmulatorBench } from '../support/emulator-bench.ts'
import { createInbox } from '../support/inbox.ts'
import { linXia, refresh, tokensOf } from './oauth-steps.ts'

const REVOKED = 'auth.user_access_token.revoked_v4'
const bench = createEmulatorBench()
afterEach(() => bench.close())

async function listening() {
  const emulator = await bench.start()
  const heard = createInbox()
  await bench.connect(emulator, { [REVOKED]: heard.take })
  const { access_token = '', refresh_token } = await tokensOf(emulator)
  const works = async () => ({
    access: emulator.sim.tokenOwner(access_token)?.works,
    refresh: (await refresh(emulator, refresh_token)).body.code === 0,
  })
  return { emulator, heard, works }
}

describe('tokens that end at Feishu', () => {
  it.each([
    ['access', 'user_access_token', { access: false, refresh: true }],
    ['refresh', 'refresh_token', { access: true, refresh: false }],
    ['both', 'user_access_token refresh_token', { access: false, refresh: false }],
  ] as const)('are told of by their kind: %s', async (tokens, type, left) => {
    const { emulator, heard, works } = await listening()
    await emulator.sim.revoke({ openId: linXia, tokens })
    expect(heard.events).toMatchObject([{ revoke_token_type: type, open_id: linXia }])
    expect(await works()).toEqual(left)
  })

  it.each([
    ['user', 'Revoked by user action.'],
    ['admin', 'Revoked by administrator action.'],
    ['risk', 'Revoked by security and risk control action.'],
    ['restriction', 'Revoked by restriction action.'],
    ['unknown', 'Revoked by unknown action.'],
  ] as const)('are told of with the reason: %s', async (reason, revoke_reason) => {
    const { emulator, heard } = await listening()
    const answer = await fetch(`${emulator.url}/sim/revoke`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ open_id: linXia, reason }),
    })
    expect(await answer.json()).toEqual({ delivered: true })
    expect(heard.events).toMatchObject([
      { revoke_token_type: 'user_access_token refresh_token', revoke_reason },
    ])
  })

  it.each([{ tokens: 'some' }, { reason: 'toString' }])('are none with %j', async (wrong) => {
    const { emulator, heard } = await listening()
    const answer = await fetch(`${emulator.url}/sim/revoke`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ open_id: linXia, ...wrong }),
    })
    expect(answer.status).toBe(400)
    expect(heard.events).toEqual([])
  })

  it('are those of all who hold one, by restriction, when the app is removed', async () => {
    const { emulator, heard, works } = await listening()
    emulator.sim.setApp({ installed: true })
    emulator.sim.setApp({ installed: false })
    await heard.reached(1)
    emulator.sim.setApp({ installed: true })
    expect(await works()).toEqual({ access: false, refresh: false })
    emulator.sim.setApp({ installed: false })
    expect(heard.events).toMatchObject([
      { open_id: linXia, revoke_reason: 'Revoked by restriction action.' },
    ])
  })
})
