import { describe, expect, it } from 'vitest'
import { type AuthEvent, createAuthEvents } from '../src/auth/events.ts'
import { createOnEvent } from '../src/on-event.ts'

const lost: AuthEvent = { type: 'lease_lost', appId: 'cli_a' }
const waited: AuthEvent = { type: 'lease_waited', seconds: 1 }

describe('listening to events', () => {
  it('tells a listener of one type of that type alone, until it stops', () => {
    const { events, on } = setUp()
    const told: AuthEvent[] = []
    const stop = on('lease_lost', (event) => told.push(event))
    events.emit(lost)
    events.emit(waited)
    stop()
    events.emit(lost)
    expect(told).toEqual([lost])
  })

  it('tells a listener without a type of everything', () => {
    const { events, on } = setUp()
    const told: AuthEvent[] = []
    on((event) => told.push(event))
    events.emit(lost)
    events.emit(waited)
    expect(told).toEqual([lost, waited])
  })

  it.each(['misspelt', 'toString', '__proto__', undefined])(
    'refuses %s as a type, and lists those there are',
    (type) => {
      const { on } = setUp()
      const listen = () => Reflect.apply(on, null, [type, () => {}])
      expect(listen).toThrow(TypeError)
      expect(listen).toThrow(/attempt_failed.+session_ended.+webhook_tried/)
    },
  )

  it('refuses a type without a listener', () => {
    const { on } = setUp()
    expect(() => Reflect.apply(on, null, ['session_ended'])).toThrow(TypeError)
  })

  it('reports a listener that rejects', async () => {
    const { events, on, reported } = setUp()
    on('lease_lost', async () => {
      throw new Error('of the bot')
    })
    events.emit(lost)
    await Promise.resolve()
    await Promise.resolve()
    expect(reported).toEqual([new Error('of the bot')])
  })
})

function setUp() {
  const reported: unknown[] = []
  const report = (error: unknown) => void reported.push(error)
  const events = createAuthEvents(report)
  return { events, reported, on: createOnEvent(events, report) }
}
