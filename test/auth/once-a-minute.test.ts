import { expect, it } from 'vitest'
import { createOnceAMinute } from '../../src/auth/once-a-minute.ts'
import { createFakeClock } from '../support/fake-clock.ts'

const MINUTE = 60_000

it('something is noted at most once a minute, each key for itself', () => {
  const clock = createFakeClock()
  const note = createOnceAMinute(clock)
  expect(note('one')).toEqual(clock.now())
  expect(note('one')).toBeNull()
  expect(note('other')).toEqual(clock.now())
  clock.advance(MINUTE - 1)
  expect(note('one')).toBeNull()
  clock.advance(1)
  expect(note('one')).toEqual(clock.now())
  clock.advance(MINUTE / 2)
  // The minute began anew with the last note.
  expect(note('one')).toBeNull()
})

it('a clock that is set back silences nothing', () => {
  const clock = createFakeClock()
  const note = createOnceAMinute(clock)
  note('one')
  clock.advance(-MINUTE / 2)
  expect(note('one')).toBeNull()
  clock.advance(-MINUTE / 2)
  expect(note('one')).toEqual(clock.now())
})
