import { expect, it } from 'vitest'
import { type AuthEvent, createAuthEvents } from '../../src/auth/events.ts'

const EVENT: AuthEvent = { type: 'lease_waited', seconds: 1 }

it('a listener that throws is told of, and the others hear everything in their order', () => {
  const errors: unknown[] = []
  const heard: string[] = []
  const events = createAuthEvents((error) => errors.push(error))
  const broken = new Error('a bug')
  events.on(() => heard.push('first'))
  events.on(() => {
    throw broken
  })
  events.on(({ type }) => heard.push(type))
  events.emit(EVENT)
  expect(heard).toEqual(['first', 'lease_waited'])
  expect(errors).toEqual([broken])
})

it('a listener hears what happens until it leaves', () => {
  const events = createAuthEvents(() => {})
  const heard: AuthEvent[] = []
  const stop = events.on((event) => heard.push(event))
  events.emit(EVENT)
  stop()
  events.emit(EVENT)
  expect(heard).toEqual([EVENT])
})
