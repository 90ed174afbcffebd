import type { FeishuEmulator } from '../../../src/emulator/index.ts'
import type { ClickOutcome } from '../../../src/emulator/sim/sim.ts'
import { newestCard } from '../service.ts'
import { until } from './until.ts'

/** Someone in the emulator, with their newest card. */
export interface Person {
  readonly openId: string
  /** How many cards the bot has sent them. */
  cards(): number
  messageId(): string
  /** The colour of the card's header. */
  colour(): string | undefined
  cardTurns(colour: string): Promise<void>
  /** Taps a button that calls back. */
  taps(words: string): Promise<ClickOutcome>
  /** Opens the card's link in a browser; `origin` picks the process that answers. */
  opensLink(origin?: string): Promise<{ authorizeUrl: string; cookie: string }>
  /** Opens the link, consents, and gives the address of the callback at `origin`. */
  consents(origin?: string): Promise<string>
}

/** Creates the hands of a person. */
export function createPerson(emulator: FeishuEmulator, openId: string): Person {
  const { sim } = emulator
  const card = () => newestCard(emulator, openId)

  const person: Person = {
    openId,
    cards() {
      const chat = card()?.chat_id
      return sim.messages().filter(({ chat_id, msg_type }) => {
        return chat_id === chat && msg_type === 'interactive'
      }).length
    },
    messageId: () => card()?.message_id ?? '',
    colour() {
      const header = card()?.content.header
      const template = header && typeof header === 'object' && 'template' in header
      return template ? String(header.template) : undefined
    },
    async cardTurns(colour) {
      await until(`the card is ${colour}`, () => person.colour() === colour)
    },
    taps: (text) => sim.click({ messageId: person.messageId(), openId, button: { text } }),
    async opensLink(origin) {
      const tapped = await person.taps('Authorize')
      if (!('openUrl' in tapped)) throw new Error('the button opens no link')
      const link = new URL(tapped.openUrl)
      const target = link.searchParams.get('url') ?? link.href
      const opened = await fetch(atOrigin(target, origin), { redirect: 'manual' })
      const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? ''
      return { authorizeUrl: opened.headers.get('location') ?? '', cookie }
    },
    async consents(origin) {
      const { authorizeUrl } = await person.opensLink(origin)
      const consent = await sim.approve({ authorizeUrl, openId })
      if (!('redirect' in consent)) throw new Error(`no redirect: page ${consent.pageError}`)
      return atOrigin(consent.redirect, origin)
    },
  }
  return person
}

/** The same address at another process: what a balancer in front of them does. */
export function atOrigin(address: string, origin: string | undefined): string {
  if (origin === undefined) return address
  const { pathname, search } = new URL(address)
  return new URL(pathname + search, origin).href
}
