import { expect, it } from 'vitest'
import { accessOf } from './access-of.ts'
import { aSession, fakeAuth } from './fake-auth.ts'
import { API_KEY, serve } from './serve.ts'

const LIMIT = 3

const begin = () =>
  serve(
    fakeAuth({
      requestAuthorization: async () => ({ session: aSession(), created: true }),
      getUserAccessToken: Object.assign(() => Promise.reject(new Error('not expected')), {
        orSession: async () => ({
          kind: 'asked' as const,
          session: aSession(),
          created: true,
          advice: null,
        }),
      }),
    }),
    {
      access: accessOf({ 'another-key': { name: 'other' }, [API_KEY]: { name: 'calendar-bot' } }),
      rateLimits: { apiChanges: LIMIT },
    },
  )

const ask = { method: 'POST', body: JSON.stringify({ open_id: 'ou_lin' }) }

it('an API key may change things at a bounded pace, and is told what is left', async () => {
  const { api, limited } = await begin()
  for (let call = 1; call <= LIMIT; call++) {
    const answer = await api('/v1/sessions', ask)
    expect(answer.status).toBe(201)
    expect(answer.headers.get('ratelimit')).toContain(`remaining=${LIMIT - call}`)
  }
  const refused = await api('/v1/sessions', ask)
  expect(refused.status).toBe(429)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await refused.json()).toMatchObject({ code: 'rate_limited' })
  expect(limited).toEqual(['/v1/sessions'])
})

it('another API key is not held back by it', async () => {
  const { api } = await begin()
  for (let call = 0; call <= LIMIT; call++) await api('/v1/sessions', ask)
  const other = { ...ask, headers: { authorization: 'Bearer another-key' } }
  expect((await api('/v1/sessions', other)).status).toBe(201)
})

it('reads and the one call for a token are never counted', async () => {
  const { api } = await begin()
  for (let call = 0; call < 5 * LIMIT; call++) {
    expect((await api('/v1/sessions')).status).toBe(200)
    const token = await api('/v1/tokens', ask)
    expect([token.status, token.headers.get('ratelimit')]).toEqual([202, null])
  }
})
