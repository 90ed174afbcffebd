import { describe, expect, it } from 'vitest'
import { createBackground } from '../../src/auth/background.ts'
import type { AuthEvent } from '../../src/auth/events.ts'
import type { OAuthClient } from '../../src/auth/ports.ts'
import { createRevokeStray } from '../../src/auth/revoke-stray.ts'
import { AppMisconfiguredError, FeishuUnavailableError } from '../../src/errors.ts'
import { aSession } from '../observability/a-session.ts'
import { createFakeClock } from '../support/fake-clock.ts'

function setUp(answer: (call: number) => Promise<void>) {
  const clock = createFakeClock()
  const seen: AuthEvent[] = []
  const revoked: string[] = []
  const background = createBackground((error) => {
    throw error
  })
  const oauth: Pick<OAuthClient, 'revokeAccessToken'> = {
    revokeAccessToken(_appId, token) {
      revoked.push(token)
      return answer(revoked.length)
    },
  }
  const revokeStray = createRevokeStray({
    oauth: oauth as OAuthClient,
    clock,
    events: { emit: (event) => seen.push(event) },
    background,
  })
  return { clock, seen, revoked, background, revokeStray }
}

const down = () => Promise.reject(new FeishuUnavailableError('upstream_5xx'))

describe('a token that is not kept', () => {
  it('is revoked again after Feishu was away for a moment', async () => {
    const { clock, seen, revoked, background, revokeStray } = setUp((call) =>
      call < 3 ? down() : Promise.resolve(),
    )
    revokeStray(aSession(), 'stray')
    for (let pause = 0; pause < 2; pause++) {
      await clock.untilSomebodySleeps()
      clock.advance(1000)
    }
    await background.drain()
    expect(revoked).toEqual(['stray', 'stray', 'stray'])
    expect(seen).toEqual([])
  })

  it('is told of once when Feishu stays away', async () => {
    const { clock, seen, revoked, background, revokeStray } = setUp(down)
    revokeStray(aSession(), 'stray')
    for (let pause = 0; pause < 2; pause++) {
      await clock.untilSomebodySleeps()
      clock.advance(1000)
    }
    await background.drain()
    expect(revoked).toHaveLength(3)
    expect(seen).toMatchObject([{ type: 'stray_token_kept', error: { reason: 'upstream_5xx' } }])
  })

  it('is given up at once when Feishu refuses, or takes so long that a shutdown would hang', async () => {
    const refused = setUp(() => Promise.reject(new AppMisconfiguredError('bad_client', 'no')))
    refused.revokeStray(aSession(), 'stray')
    await refused.background.drain()
    const slow = setUp(() => {
      slow.clock.advance(10_000)
      return down()
    })
    slow.revokeStray(aSession(), 'stray')
    await slow.background.drain()
    for (const { revoked, seen } of [refused, slow]) {
      expect(revoked).toHaveLength(1)
      expect(seen).toMatchObject([{ type: 'stray_token_kept' }])
    }
  })
})
