import { describe, expect, it } from 'vitest'
import type { Log } from '../src/auth/ports.ts'
import { createRequestScope } from '../src/request-scope.ts'

function setUp() {
  const lines: [string, Record<string, unknown>][] = []
  const scope = createRequestScope()
  const log: Log = scope.stamp((_level, event, fields) => lines.push([event, fields]))
  return { scope, log, lines }
}

describe('the scope of a request', () => {
  it('gives its id to every line of its work, also of what goes on after it', async () => {
    const { scope, log, lines } = setUp()
    await new Promise<void>((resolve) => {
      scope.begin('request-1').run(() => {
        log('info', 'session_created', {})
        setImmediate(() => {
          log('info', 'session_completed', { session_id: 's' })
          resolve()
        })
      })
      scope.begin('request-2').run(() => log('info', 'session_rejected', {}))
    })
    log('info', 'job_failed', {})
    expect(lines).toEqual([
      ['session_created', { request_id: 'request-1' }],
      ['session_rejected', { request_id: 'request-2' }],
      ['session_completed', { request_id: 'request-1', session_id: 's' }],
      ['job_failed', {}],
    ])
  })

  it.each([
    ['debug', false],
    ['info', false],
    ['warn', true],
    ['error', true],
  ] as const)('knows after a line of level %s that the failure is told: %s', (level, isTold) => {
    const { scope, log } = setUp()
    const trace = scope.begin('request-1')
    const bystander = scope.begin('request-2')
    trace.run(() => log(level, 'store_trouble', {}))
    expect(trace.isTold()).toBe(isTold)
    expect(bystander.isTold()).toBe(false)
  })
})
