import { expect, it } from 'vitest'
import { type AppSign, createNoteSign, signOfTap } from '../../src/auth/app-signs.ts'
import { createBackground } from '../../src/auth/background.ts'
import { aSession } from '../store/contract/samples.ts'
import { createFakeClock } from '../support/fake-clock.ts'

function createBench() {
  const clock = createFakeClock()
  const noted: [string, AppSign, number][] = []
  const begin = clock.now().getTime()
  const noteSign = createNoteSign({
    clock,
    background: createBackground((error) => {
      throw error
    }),
    signs: {
      async note(appId, sign, at) {
        noted.push([appId, sign, (at.getTime() - begin) / 1000])
      },
    },
  })
  return { clock, noted, noteSign }
}

it('a sign is written once a minute, for each app and sign of its own', () => {
  const { clock, noted, noteSign } = createBench()
  noteSign('cli_a', 'connected')
  noteSign('cli_a', 'connected')
  noteSign('cli_a', 'card_tap')
  noteSign('cli_b', 'connected')
  clock.advance(59_999)
  noteSign('cli_a', 'connected')
  clock.advance(1)
  noteSign('cli_a', 'connected')
  expect(noted).toEqual([
    ['cli_a', 'connected', 0],
    ['cli_a', 'card_tap', 0],
    ['cli_b', 'connected', 0],
    ['cli_a', 'connected', 60],
  ])
})

it('a clock that was set back does not silence a sign', () => {
  const { clock, noted, noteSign } = createBench()
  noteSign('cli_a', 'connected')
  clock.advance(-3_600_000)
  noteSign('cli_a', 'connected')
  expect(noted.map(([, , seconds]) => seconds)).toEqual([0, -3600])
})

it('only a tap on a card that nobody here knows tells of another service', () => {
  const session = aSession()
  const tell = (toast: 'expired' | 'not_for_you', known: boolean) =>
    signOfTap({ toast, session: known ? session : null, authorizeLink: null })
  expect(tell('expired', false)).toBe('unknown_card_tap')
  expect(tell('expired', true)).toBe('card_tap')
  expect(tell('not_for_you', false)).toBe('card_tap')
})
