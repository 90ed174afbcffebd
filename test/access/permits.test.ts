import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ACTIONS, type Permissions } from '../../src/access/permissions.ts'
import {
  type Claim,
  denialOf,
  EVERYTHING,
  permits,
  permitsSight,
} from '../../src/access/permits.ts'

const APPS = ['cli_a', 'cli_b']
const PEOPLE = ['ou_lin', 'ou_alex']
const SCOPES = ['calendar:read', 'docx:read', 'offline_access']

const NOTHING: Permissions = { actions: [], appIds: [], scopes: [], people: [] }
const some = <Name>(names: readonly Name[]) => fc.subarray([...names])

const permissions: fc.Arbitrary<Permissions> = fc.record({
  actions: some([...ACTIONS, '*'] as const),
  appIds: some([...APPS, '*']),
  scopes: some([...SCOPES, '*']),
  people: some([...PEOPLE, '*']),
})
const claim: fc.Arbitrary<Claim> = fc.record({
  action: fc.constantFrom(...ACTIONS),
  appId: fc.constantFrom(...APPS),
  openId: fc.constantFrom(...PEOPLE),
  scopes: fc.option(some(SCOPES), { nil: undefined }),
})

describe('a claim', () => {
  it('is denied unless every part of it was given (S8)', () => {
    fc.assert(
      fc.property(permissions, claim, (given, wanted) => {
        const has = (list: readonly string[], name: string) =>
          list.some((each) => each === '*' || each === name)
        const scopes = (wanted.scopes ?? []).filter((scope) => scope !== 'offline_access')
        const isGiven = [
          has(given.actions, wanted.action),
          has(given.appIds, wanted.appId),
          has(given.people, wanted.openId),
          ...scopes.map((scope) => has(given.scopes, scope)),
        ].every(Boolean)
        expect(permits(given, wanted)).toBe(isGiven)
      }),
      { numRuns: 2000 },
    )
  })

  it('to see a question is denied unless its person and one of its scopes were given', () => {
    const question = fc.record({
      appId: fc.constantFrom(...APPS),
      openId: fc.constantFrom(...PEOPLE),
      scopes: some(SCOPES),
    })
    fc.assert(
      fc.property(permissions, question, (given, asked) => {
        const has = (list: readonly string[], name: string) =>
          list.some((each) => each === '*' || each === name)
        const scopes = asked.scopes.filter((scope) => scope !== 'offline_access')
        const isSomeones = scopes.some((scope) => has(given.scopes, scope)) || scopes.length === 0
        const isGiven = [
          has(given.actions, 'ask'),
          has(given.appIds, asked.appId),
          has(given.people, asked.openId),
          isSomeones,
        ].every(Boolean)
        expect(permitsSight(given, asked)).toBe(isGiven)
        if (permits(given, { action: 'ask', ...asked })) expect(isGiven).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  it('needs more than what is left when any one part is taken away', () => {
    fc.assert(
      fc.property(claim, fc.constantFrom('actions', 'appIds', 'people'), (wanted, part) => {
        expect(permits(EVERYTHING, wanted)).toBe(true)
        expect(permits({ ...EVERYTHING, [part]: [] }, wanted)).toBe(false)
      }),
    )
  })

  it('is denied to a key that was given nothing, whatever it is', () => {
    fc.assert(fc.property(claim, (wanted) => !permits(NOTHING, wanted)))
  })

  it('is denied with the first part that is lacking, and every scope that is', () => {
    const given: Permissions = {
      actions: ['read'],
      appIds: ['cli_a'],
      scopes: ['a:b'],
      people: ['ou_lin'],
    }
    const wanted: Claim = { action: 'read', appId: 'cli_a', openId: 'ou_lin', scopes: ['a:b'] }
    expect(denialOf(given, wanted)).toBeNull()
    expect(denialOf(given, { ...wanted, action: 'revoke' })).toEqual({
      part: 'action',
      lacking: 'revoke',
    })
    expect(denialOf(given, { ...wanted, appId: 'cli_b' })).toMatchObject({ part: 'app' })
    expect(denialOf(given, { ...wanted, openId: 'ou_alex' })).toMatchObject({ part: 'person' })
    const scopes = ['offline_access', 'a:b', 'c:d', 'e:f']
    expect(denialOf(given, { ...wanted, scopes })).toEqual({
      part: 'scopes',
      lacking: ['c:d', 'e:f'],
    })
  })
})
