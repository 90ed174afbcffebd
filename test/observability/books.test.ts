import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { FUNNEL_STEPS } from '../../src/auth/events.ts'
import { manyPeople } from '../support/many-people.ts'
import { newestCard, type Service, startService } from '../support/service.ts'

const PEOPLE = 24
const ENDS = ['approve', 'twice', 'deny', 'decline', 'withdraw', 'open', 'ignore'] as const

let service: Service
beforeAll(async () => {
  service = await startService({ emulatorOptions: { people: manyPeople(PEOPLE) } })
})
afterAll(() => service.close())

it('books balance after whatever people have done', async () => {
  const people = service.emulator.people.map(({ openId }) => openId)
  const [choices = []] = fc.sample(
    fc.array(fc.constantFrom(...ENDS), { minLength: people.length, maxLength: people.length }),
    1,
  )
  // Each at least once, whatever chance says.
  const doings = choices.map((choice, index) => ENDS[index] ?? choice)
  for (const [index, openId] of people.entries()) await act(openId, doings[index] ?? 'ignore')
  const approved = doings.filter((doing) => doing === 'approve' || doing === 'twice').length
  await until(async () => (await step('card_updated')) === approved)

  const created = await sum('lark_service_auth_session_total')
  const ended = await sum('lark_service_auth_session_ended_total')
  const pending = await sum('lark_service_auth_session_active')
  expect(created).toBe(people.length)
  expect(ended + pending, doings.join()).toBe(created)
  for (const [state, same] of [
    ['completed', 'lark_service_auth_success_total'],
    ['expired', 'lark_service_auth_session_expired_total'],
  ] as const) {
    expect(await sum('lark_service_auth_session_ended_total', { state })).toBe(await sum(same))
  }
  expect(await sum('lark_service_auth_success_total')).toBe(approved)
  expect(await sum('lark_service_auth_duration_seconds_count')).toBe(approved)

  const funnel = await Promise.all(FUNNEL_STEPS.map(step))
  expect(funnel[0]).toBe(people.length)
  for (const [index, count] of funnel.entries()) {
    expect(count, funnel.join()).toBeLessThanOrEqual(funnel[index - 1] ?? count)
  }
  expect(funnel.at(-1)).toBe(approved)

  const stage = 'lark_service_auth_stage_duration_seconds_count'
  expect(await sum(stage, { stage: 'store' })).toBe(approved)
  const active = await sum('lark_service_tokens', { state: 'active' })
  expect(active).toBe(approved)
  expect(await sum('lark_service_tokens')).toBe(approved)
})

function sum(name: string, labels: Record<string, string> = {}): Promise<number> {
  return service.metric(name, labels)
}

function step(name: string): Promise<number> {
  return sum('lark_service_auth_funnel_total', { step: name })
}

async function act(openId: string, doing: (typeof ENDS)[number]): Promise<void> {
  const { session_id: id } = await service.ask(openId)
  const { sim } = service.emulator
  if (doing === 'withdraw') await service.api(`/v1/sessions/${id}/invalidate`, { method: 'POST' })
  if (doing === 'decline') {
    const messageId = newestCard(service.emulator, openId)?.message_id ?? ''
    await sim.click({ messageId, openId, button: { text: 'Not now' } })
  }
  if (doing === 'ignore' || doing === 'withdraw' || doing === 'decline') return
  const { authorizeUrl, cookie } = await service.tap(openId)
  if (doing === 'open') return
  const choice = { authorizeUrl, openId }
  const consent = doing === 'deny' ? await sim.deny(choice) : await sim.approve(choice)
  const redirect = 'redirect' in consent ? consent.redirect : ''
  await fetch(redirect, { headers: { cookie } })
  if (doing === 'twice') await fetch(redirect, { headers: { cookie } })
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  for (let look = 0; look < 200; look++) {
    if (await isTrue()) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
