import { expect, it } from 'vitest'
import { MOST_SCOPES, missingScopes, scopesToRenew } from '../../src/auth/grant.ts'

const many = Array.from({ length: 60 }, (_, index) => `scope:${index}`)

it('a renewal asks for what one request takes, and for a token that can be refreshed', () => {
  const most = scopesToRenew({ scopes: [...many, 'offline_access'] })
  expect(most).toEqual(['offline_access', ...many.slice(0, MOST_SCOPES - 1)])
  expect(scopesToRenew({ scopes: many })).toEqual(many.slice(0, MOST_SCOPES))
})

it('a renewal leaves out nothing that is asked', () => {
  const scopes = ['old', 'offline_access', 'older']
  expect(scopesToRenew({ scopes }, ['new', 'old'])).toEqual([
    'new',
    'old',
    'offline_access',
    'older',
  ])
  const asked = many.slice(0, MOST_SCOPES)
  expect(scopesToRenew({ scopes }, asked)).toEqual(asked)
})

it('a renewal asks for fifty scopes as they are, for one request takes as many', () => {
  const scopes = [...many.slice(0, MOST_SCOPES - 1), 'offline_access']
  expect(scopesToRenew({ scopes })).toEqual(scopes)
})

it('what is asked and not granted is missing, in the order of asking', () => {
  expect(missingScopes(['c', 'a', 'b'], ['a'])).toEqual(['c', 'b'])
  expect(missingScopes([], [])).toEqual([])
})
