import { expect, it } from 'vitest'
import { type AuthEvent, createAuthEvents } from '../../src/auth/events.ts'
import { createTimeStage } from '../../src/auth/time-stage.ts'
import { createFakeClock } from '../support/fake-clock.ts'

function begin() {
  const clock = createFakeClock()
  const told: AuthEvent[] = []
  const events = createAuthEvents((error) => {
    throw error
  })
  events.on((event) => told.push(event))
  return { clock, told, timeStage: createTimeStage({ clock, events }) }
}

it('a stage is told of with the seconds it took, and its result is handed on', async () => {
  const { clock, told, timeStage } = begin()
  const work = async () => {
    clock.advance(1500)
    return 'done'
  }
  expect(await timeStage('card_update', work)).toBe('done')
  expect(told).toEqual([{ type: 'stage_ended', stage: 'card_update', seconds: 1.5 }])
})

it('a stage that fails is told of as well, and its error is the caller’s', async () => {
  const { clock, told, timeStage } = begin()
  const failing = timeStage('exchange', async () => {
    clock.advance(250)
    throw new TypeError('a bug')
  })
  await expect(failing).rejects.toThrow('a bug')
  expect(told).toEqual([{ type: 'stage_ended', stage: 'exchange', seconds: 0.25 }])
})

it('a stage takes no less than nothing, however the clock is set meanwhile', async () => {
  const { clock, told, timeStage } = begin()
  await timeStage('card_update', async () => clock.advance(-5000))
  expect(told).toMatchObject([{ seconds: 0 }])
})
