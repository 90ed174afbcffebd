import type { EmulatorContext } from '../context.ts'
import { appVerbs } from './app-verbs.ts'
import { chatVerbs } from './chat-verbs.ts'
import { consentVerbs } from './consent-verbs.ts'
import { peopleVerbs } from './people-verbs.ts'
import type { Sim } from './sim.ts'
import { messageView, stateView } from './state-view.ts'

/** Creates the sim of an emulator and records every verb that changes something in its transcript. */
export function createSim(context: EmulatorContext): Sim {
  const { world, clock, faults, transcript, events, delivery } = context
  const hints: { curl?: string } = {}
  const clockNow = () => ({ now: new Date(clock.now()), offsetSeconds: clock.offsetSeconds() })

  /** Writes a verb into the transcript when it is used. */
  function noted<A extends unknown[], R>(verb: string, act: (...args: A) => R) {
    return (...args: A): R => {
      transcript.add({ kind: 'sim', path: verb, request: args[0] })
      return act(...args)
    }
  }

  const chat = chatVerbs(context)
  const consent = consentVerbs(context)
  const people = peopleVerbs(context)
  const { setApp } = appVerbs(context)
  return {
    say: noted('say', chat.say),
    enterChat: noted('enterChat', chat.enterChat),
    click: noted('click', chat.click),
    approve: noted('approve', consent.approve),
    deny: noted('deny', consent.deny),
    revoke: noted('revoke', consent.revoke),
    advanceClock: noted('advanceClock', ({ seconds }) => {
      clock.advance(seconds)
      return clockNow()
    }),
    resetClock: noted('resetClock', () => {
      clock.back()
      return clockNow()
    }),
    dropConnections: noted('dropConnections', (drop = {}) => ({
      dropped: delivery.dropConnections(drop),
    })),
    duplicateEvents: noted('duplicateEvents', ({ times }) => {
      delivery.duplicateNext(times)
      return { times }
    }),
    sendRawEvent: noted('sendRawEvent', delivery.sendRaw),
    injectFault: noted('injectFault', faults.inject),
    clearFaults: noted('clearFaults', faults.clear),
    setPerson: noted('setPerson', people.setPerson),
    setApp: noted('setApp', setApp),
    setHints: (given) => void Object.assign(hints, given),
    reset() {
      world.reset()
      faults.clear()
      delivery.reset()
      transcript.clear()
      clock.back()
      events.publish('reset', {})
    },
    transcript: () => transcript.entries(),
    state: () => stateView(context, hints),
    messages: ({ chatId } = {}) =>
      world.messages
        .filter((message) => chatId === undefined || message.chatId === chatId)
        .map(messageView),
    tokenOwner(accessToken) {
      const token = world.oauth.findAccessToken(accessToken)
      if (token === undefined) return undefined
      const works = token.revokedAt === null && token.expiresAt > clock.now()
      return { openId: token.openId, scopes: [...token.scopes], works }
    },
  }
}
