import { expect, it } from 'vitest'
import { MOST_SCOPES, scopesToRenew } from '../../src/auth/grant.ts'

it('a renewal asks for what one request takes, and for a token that can be refreshed', () => {
  const many = Array.from({ length: 60 }, (_, index) => `scope:${index}`)
  const most = scopesToRenew({ scopes: ['offline_access', ...many] })
  expect(most).toEqual([...many.slice(0, MOST_SCOPES - 1), 'offline_access'])
  expect(scopesToRenew({ scopes: many })).toEqual(many.slice(0, MOST_SCOPES))
})
