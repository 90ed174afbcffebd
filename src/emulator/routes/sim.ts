import { type Answer, json } from '../answer.ts'
import type { EmulatorContext } from '../context.ts'
import type { EmulatorRequest, Route } from '../router.ts'
import { readers } from '../sim/read-verb.ts'
import type { Sim } from '../sim/sim.ts'
import { SimError } from '../sim/sim-error.ts'
import { appView, personView } from '../sim/state-view.ts'

type Verb = (request: EmulatorRequest) => unknown

/** The `/sim` API: the sim's verbs over HTTP, snake_case both ways. */
export function simRoutes(context: EmulatorContext, sim: Sim): Route[] {
  const verbs: [Route['method'], string, Verb][] = [
    ['POST', '/sim/say', async ({ body }) => snake(await sim.say(readers.say(body)))],
    ['POST', '/sim/enter', ({ body }) => sim.enterChat(readers.person(body))],
    ['POST', '/sim/click', async ({ body }) => snakeClick(await sim.click(readers.click(body)))],
    ['POST', '/sim/approve', async ({ body }) => snake(await sim.approve(readers.approve(body)))],
    ['POST', '/sim/deny', async ({ body }) => snake(await sim.deny(readers.approve(body)))],
    ['POST', '/sim/revoke', ({ body }) => sim.revoke(readers.revoke(body))],
    ['POST', '/sim/clock', ({ body }) => moveClock(sim, body)],
    ['POST', '/sim/connections/drop', ({ body }) => sim.dropConnections(readers.drop(body))],
    ['POST', '/sim/events/duplicate', ({ body }) => sim.duplicateEvents(readers.duplicate(body))],
    ['POST', '/sim/events/raw', ({ body }) => sim.sendRawEvent(readers.raw(body))],
    ['POST', '/sim/faults', ({ body }) => sim.injectFault(readers.fault(body))],
    ['DELETE', '/sim/faults', () => done(sim.clearFaults)],
    ['POST', '/sim/people', ({ body }) => personView(sim.setPerson(readers.personChange(body)))],
    ['POST', '/sim/app', ({ body }) => appView(sim.setApp(readers.appChange(body)))],
    ['POST', '/sim/hints', ({ body }) => done(() => sim.setHints(readers.hints(body)))],
    ['POST', '/sim/reset', () => done(sim.reset)],
    ['GET', '/sim/state', () => sim.state()],
    ['GET', '/sim/transcript', () => ({ entries: sim.transcript() })],
  ]
  return [
    ...verbs.map(([method, path, verb]) => simRoute(method, path, verb)),
    {
      method: 'GET',
      path: '/sim/events',
      coverage: 'supported',
      handler: () => context.events.subscribe(),
    },
  ]
}

function simRoute(method: Route['method'], path: string, verb: Verb): Route {
  return {
    method,
    path,
    coverage: 'supported',
    async handler(request): Promise<Answer> {
      try {
        if (request.malformed) throw new SimError('invalid_body', 'the body is not a JSON object')
        return json(await verb(request))
      } catch (error) {
        if (!(error instanceof SimError)) throw error
        return json({ error: { code: error.code, message: error.message } }, error.status)
      }
    },
  }
}

function moveClock(sim: Sim, body: Record<string, unknown>): unknown {
  const move = readers.clock(body)
  const { now, offsetSeconds } = move === 'reset' ? sim.resetClock() : sim.advanceClock(move)
  return { now: now.getTime(), offset_seconds: offsetSeconds }
}

function done(act: () => void): { ok: true } {
  act()
  return { ok: true }
}

/** A card keeps its own keys; only the outcome's are ours to rename. */
function snakeClick(outcome: Awaited<ReturnType<Sim['click']>>): unknown {
  return 'openUrl' in outcome ? { open_url: outcome.openUrl } : outcome
}

function snake(flat: Record<string, unknown>): unknown {
  return Object.fromEntries(
    Object.entries(flat).map(([key, value]) => [
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  )
}
