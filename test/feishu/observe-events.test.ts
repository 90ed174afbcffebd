import { expect, it } from 'vitest'
import { type AnsweredEvent, observeEvents } from '../../src/feishu/observe-events.ts'
import { createFakeClock } from '../support/fake-clock.ts'

it.each([
  [1500, 1.5],
  [-5000, 0],
])('an event during which the clock goes %i ms takes %d s', async (step, seconds) => {
  const clock = createFakeClock()
  const answered: AnsweredEvent[] = []
  const handlers = observeEvents(
    {
      async tapped() {
        clock.advance(step)
        return {}
      },
    },
    { appId: 'cli_a', clock, observe: (event) => answered.push(event) },
  )
  await handlers.tapped?.({})
  expect(answered).toEqual([{ appId: 'cli_a', eventType: 'tapped', outcome: 'ok', seconds }])
})
