import { expect, it } from 'vitest'
import { runHere } from './run-here.ts'

it('metrics list tells what a service measures, without one', async () => {
  const { code, out } = await runHere(['metrics', 'list', '--json'])
  expect(code).toBe(0)
  const list: unknown = JSON.parse(out)
  expect(list).toContainEqual({
    name: 'lark_service_auth_session_total',
    type: 'counter',
    labels: ['app_id', 'auth_method'],
    help: 'Sessions created.',
  })
  expect(list).toContainEqual({
    name: 'lark_service_waiters',
    type: 'gauge',
    labels: [],
    help: expect.any(String),
  })
})

it('metrics list is easy to read', async () => {
  const { code, out } = await runHere(['metrics', 'list'])
  expect(code).toBe(0)
  expect(out).toContain(
    'lark_service_auth_session_total{app_id, auth_method} counter\n  Sessions created.',
  )
})
