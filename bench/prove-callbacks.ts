import { createPerson } from '../test/support/processes/person.ts'
import { type OpenDatabase, type Proof, withInstallation } from './with-installation.ts'

const CALLBACKS = 100

/** R13: a hundred browsers bring the same code at once; it is spent once, and all are told that it is done. */
export function proveCallbacks(open: OpenDatabase, rounds: number): Promise<Proof> {
  return withInstallation(open, rounds, async (installation) => {
    const { deployment, emulator } = installation
    const service = await deployment.startHere()
    const seen = { codes: 0, callbacks: 0, exchanges: 0, 'told that it is done': 0, tokens: 0 }
    for (let round = 0; round < rounds; round++) {
      const person = createPerson(emulator, installation.someone())
      await deployment.ask(service.url, person.openId)
      const callback = await person.consents()
      const before = emulator.sim.transcript().at(-1)?.seq ?? 0
      const answers = await Promise.all(
        Array.from({ length: CALLBACKS }, (_, index) =>
          // Each from an address of its own: one address may bring 120 a minute.
          fetch(callback, { headers: { 'x-forwarded-for': `203.0.113.${index}` } }),
        ),
      )
      seen.codes += 1
      seen.callbacks += answers.length
      seen['told that it is done'] += answers.filter(({ status }) => status === 200).length
      seen.exchanges += emulator.sim
        .transcript()
        .filter(
          ({ seq, kind, request }) => seq > before && kind === 'api' && isExchange(request),
        ).length
      const token = await deployment.token(service.url, person.openId)
      if (installation.works(token ?? undefined)) seen.tokens += 1
    }
    const isKept =
      seen.exchanges === seen.codes &&
      seen.tokens === seen.codes &&
      seen['told that it is done'] === seen.callbacks
    return { isKept, ...seen }
  })
}

function isExchange(request: unknown): boolean {
  return JSON.stringify(request ?? null).includes('"grant_type":"authorization_code"')
}
