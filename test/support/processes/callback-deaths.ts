import type { FunnelStep } from '../../../src/auth/events.ts'
import { startFeishuEmulator } from '../../../src/emulator/index.ts'
import type { SharedDatabase } from './databases.ts'
import { createDeployment } from './deployment.ts'
import { createPerson } from './person.ts'
import { MORTAL } from './service-process.ts'
import { until } from './until.ts'

/** Every step at which a process can die during a callback, in order; the token is stored after the second. */
export const CALLBACK_STEPS = [
  'callback_received',
  'code_exchanged',
  'token_stored',
  'session_ended',
] as const satisfies readonly (FunnelStep | 'session_ended')[]

/** What became of a request whose callback was cut short by a death. */
export type CallbackDeath = {
  /** Whether the person had to tap once more. */
  tappedAgain: boolean
  /** Whether it was completed in the end with a token of theirs that works, one card, and a green one. */
  isWell: boolean
}

/** A process dies at a step of a callback; the next one, and the person, go on from there. */
export async function diedInCallback(
  database: SharedDatabase,
  step: (typeof CALLBACK_STEPS)[number],
): Promise<CallbackDeath> {
  const emulator = await startFeishuEmulator()
  const deployment = await createDeployment(emulator, database.url)
  const person = createPerson(emulator, emulator.people[0]?.openId ?? '')
  try {
    const mortal = await deployment.start({ script: MORTAL, env: { TEST_DIE_AT: step } })
    const { session_id: id } = await deployment.ask(mortal.url, person.openId)
    await fetch(await person.consents()).catch(() => null)
    const { signal } = await mortal.exited
    if (signal !== 'SIGKILL') throw new Error(`nobody died at ${step}`)
    const service = await deployment.startHere()
    const isStored = (await deployment.token(service.url, person.openId)) !== null
    if (!isStored) await fetch(await person.consents())
    const { state } = await deployment.session(service.url, id, 20)
    const token = await deployment.token(service.url, person.openId)
    const owner = emulator.sim.tokenOwner(token ?? '')
    await until('the card is green', () => person.colour() === 'green')
    const isTheirs = owner?.openId === person.openId && owner.works
    return {
      tappedAgain: !isStored,
      isWell: state === 'completed' && isTheirs && person.cards() === 1,
    }
  } finally {
    await deployment.close()
    await emulator.close()
  }
}
