import { describe, expect, it } from 'vitest'
import { createAppCircuit } from '../../src/auth/app-circuit.ts'
import { FeishuUnavailableError } from '../../src/errors.ts'
import { createVirtualTime } from './support/virtual-time.ts'

const APP = 'cli_a'
const ERROR = new FeishuUnavailableError('upstream_5xx')

function begin() {
  const time = createVirtualTime()
  return { time, circuit: createAppCircuit({ clock: time }) }
}

describe('the circuit of an app', () => {
  it('lets one probe through when its pause is over', async () => {
    const { time, circuit } = begin()
    expect([circuit.permits(APP), circuit.state(APP)]).toEqual([true, 0])
    circuit.open(APP, ERROR)
    expect([circuit.permits(APP), circuit.state(APP)]).toEqual([false, 2])
    expect(circuit.retryAfterSeconds(APP)).toBe(30)
    await time.pass(30_000)
    expect([circuit.permits(APP), circuit.permits(APP), circuit.state(APP)]).toEqual([
      true,
      false,
      1,
    ])
    circuit.close(APP)
    expect([circuit.permits(APP), circuit.permits(APP), circuit.state(APP)]).toEqual([
      true,
      true,
      0,
    ])
  })

  it('pauses twice as long after each probe that failed, up to a quarter of an hour', async () => {
    const { time, circuit } = begin()
    const pauses: number[] = []
    for (let probe = 0; probe < 7; probe++) {
      circuit.open(APP, ERROR)
      pauses.push(circuit.retryAfterSeconds(APP))
      await time.pass(circuit.retryAfterSeconds(APP) * 1000)
      expect(circuit.permits(APP)).toBe(true)
    }
    expect(pauses).toEqual([30, 60, 120, 240, 480, 900, 900])
  })

  it('does not wait for ever for a probe of which nothing is heard', async () => {
    const { time, circuit } = begin()
    circuit.open(APP, ERROR)
    await time.pass(30_000)
    expect(circuit.permits(APP)).toBe(true)
    await time.pass(30_000)
    expect(circuit.permits(APP)).toBe(true)
  })

  it('takes trouble three times in a row for an outage, whoever it was for', () => {
    const { circuit } = begin()
    circuit.noteTrouble(APP, ERROR)
    circuit.noteTrouble(APP, ERROR)
    expect(circuit.permits(APP)).toBe(true)
    circuit.close(APP)
    for (let call = 0; call < 3; call++) circuit.noteTrouble(APP, ERROR)
    expect(circuit.permits(APP)).toBe(false)
    expect(circuit.cause(APP)).toEqual({ reason: 'upstream', error: ERROR })
  })

  it('is opened for longer only by its probe, not by calls that were on their way', async () => {
    const { time, circuit } = begin()
    for (let call = 0; call < 10; call++) circuit.noteTrouble(APP, ERROR)
    expect(circuit.retryAfterSeconds(APP)).toBe(30)
    await time.pass(30_000)
    circuit.permits(APP)
    circuit.noteTrouble(APP, ERROR)
    expect(circuit.retryAfterSeconds(APP)).toBe(60)
  })

  it('remembers when Feishu last answered, be it a refusal of the app', async () => {
    const { time, circuit } = begin()
    const before = time.now()
    circuit.noteTrouble(APP, ERROR)
    expect(circuit.hasAnsweredSince(APP, before)).toBe(false)
    await time.pass(1)
    circuit.open(APP, ERROR)
    expect(circuit.hasAnsweredSince(APP, before)).toBe(true)
    const later = time.now()
    expect(circuit.hasAnsweredSince(APP, later)).toBe(false)
    await time.pass(1)
    circuit.close(APP)
    expect(circuit.hasAnsweredSince(APP, later)).toBe(true)
  })

  it('keeps apps apart', () => {
    const { circuit } = begin()
    circuit.open(APP, ERROR)
    expect(circuit.permits('cli_b')).toBe(true)
    expect([circuit.cause(APP)?.reason, circuit.cause('cli_b')]).toEqual(['config', null])
  })
})
