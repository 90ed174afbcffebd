import { expect, it } from 'vitest'
import { pauseSeconds, unexplainedPauseSeconds } from '../../src/auth/refresh-pauses.ts'

/** The shortest and the longest of many pauses after so many setbacks. */
function range(pause: (failures: number) => number, failures: number): [number, number] {
  const pauses = Array.from({ length: 300 }, () => pause(failures))
  return [Math.min(...pauses), Math.max(...pauses)]
}

it('a pause doubles, up to a quarter of an hour, and is longer by a tenth at most', () => {
  for (const [failures, seconds] of [30, 60, 120, 240, 480, 900, 900].entries()) {
    const [shortest, longest] = range(pauseSeconds, failures)
    expect(shortest).toBeGreaterThanOrEqual(seconds)
    expect(longest).toBeLessThanOrEqual(Math.ceil(seconds * 1.1))
    expect(longest).toBeGreaterThan(shortest)
  }
})

it('a pause after an answer that nobody understands is a minute at least, and from the fifth on an hour', () => {
  for (const [failures, seconds] of [60, 60, 120, 240, 3600, 3600, 3600].entries()) {
    const [shortest, longest] = range(unexplainedPauseSeconds, failures)
    expect(shortest).toBeGreaterThanOrEqual(seconds)
    expect(longest).toBeLessThanOrEqual(Math.ceil(seconds * 1.1))
  }
  // Those who were refused together do not come back together.
  const [shortest, longest] = range(unexplainedPauseSeconds, 4)
  expect(longest).toBeGreaterThan(shortest)
})
