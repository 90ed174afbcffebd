import { randomBytes } from 'node:crypto'
import type { Clock } from '../../../src/auth/ports.ts'
import type { Locale } from '../../../src/auth/session.ts'
import { type EmulatedPerson, startFeishuEmulator } from '../../../src/emulator/index.ts'
import type { PageName } from '../../../src/http/pages/page-name.ts'
import { wordsIn } from '../../../src/http/pages/words-in.ts'
import { createSystemClock } from '../../../src/system-clock.ts'
import {
  type LogLine,
  newestCard,
  type Service,
  type ServiceOptions,
  type SessionJson,
  startService,
} from '../../support/service.ts'
import { startTokenEar } from './token-ear.ts'

/** A page as its reader meets it. */
export type Page = {
  status: number
  heading: string
  language: string | null
  text: string
  requestId: string
  response: Response
}

/** Somebody who has been asked and has tapped Authorize: their consent page is open. */
export type AskedPerson = {
  openId: string
  session: SessionJson
  authorizeUrl: string
  /** The cookie of the browser that opened the link. */
  cookie: string
}

/** What was said and counted since a moment. */
export type Watch = {
  /** Every warning and error since, without the sandbox's own noise. */
  warnings(): LogLine[]
  /** Every line since. */
  lines(): LogLine[]
  /** The failures counted since, as `reason/fault` → how often. */
  failures(): Promise<Record<string, number>>
  /** How far a metric with these labels moved since. */
  moved(name: string, labels: Record<string, string>): Promise<number>
}

/** A running service with as many people as the tests of one file need. */
export type Scene = {
  service: Service
  /** Somebody nobody has asked yet. */
  newcomer(): string
  /** Asks a newcomer and opens the link of their card. */
  askedPerson(extra?: Record<string, unknown>): Promise<AskedPerson>
  /** Opens an address of the service as a browser does. */
  visit(url: string, as?: { language?: string; cookie?: string; from?: string }): Promise<Page>
  /** The redirect that Feishu sends after this person agreed. */
  approve(authorizeUrl: string, openId: string, scopes?: string[]): Promise<string>
  deny(authorizeUrl: string, openId: string): Promise<string>
  watch(): Promise<Watch>
  /** The session as `/v1` answers it now. */
  session(id: string): Promise<SessionJson>
  /** The link behind the Authorize button that this card showed at first. */
  linkOf(session: SessionJson): string
  /** The words of a person's newest card, in every language at once. */
  cardWords(openId: string): string
  /** Lets time pass, and the jobs that were due in it run. */
  secondsLater(seconds: number): Promise<void>
  /** Goes the whole way once more and expects it to end well: nothing was lost. */
  completes(person: Pick<AskedPerson, 'openId' | 'session'>): Promise<void>
  /** The access token that was issued last, whether it was kept or not. */
  newestToken(): string
  close(): Promise<void>
}

const PEOPLE = 60

/** Starts the service on an emulator full of people, each of whom is met once. */
export async function openScene(options: ServiceOptions = {}): Promise<Scene> {
  const people = Array.from({ length: PEOPLE }, (_, index) => person(index))
  const emulator = await startFeishuEmulator({ people, ...options.emulatorOptions })
  const ear = await startTokenEar(emulator.url)
  const service = await startService({
    ...options,
    emulator,
    env: { FEISHU_TOKEN_URL: ear.tokenUrl, ...options.env },
    app: { clock: shortNaps(createSystemClock(() => emulator.now())), ...options.app },
  })
  const { messenger } = service.app.parts
  await eventually(() => messenger.appName(emulator.app.appId) === emulator.app.name)
  const links = new Map<string, string>()
  let met = 0

  const scene: Scene = {
    service,
    newcomer() {
      const next = people[met]
      if (!next) throw new Error('everybody has been met')
      met += 1
      return next.openId
    },
    async askedPerson(extra) {
      const openId = scene.newcomer()
      const session = await service.ask(openId, extra)
      links.set(session.session_id, linkIn(scene.cardWords(openId)))
      return { openId, session, ...(await service.tap(openId)) }
    },
    async visit(url, { language = 'en', cookie, from } = {}) {
      const response = await fetch(new URL(url, service.url), {
        redirect: 'manual',
        headers: {
          'accept-language': language,
          ...(cookie ? { cookie } : {}),
          ...(from ? { 'x-forwarded-for': from } : {}),
        },
      })
      const text = await response.text()
      const requestId = response.headers.get('x-request-id') ?? ''
      await told(requestId)
      return {
        status: response.status,
        heading: readable(/<h1[^>]*>([^<]*)<\/h1>/.exec(text)?.[1] ?? ''),
        language: /<html lang="([^"]*)"/.exec(text)?.[1] ?? null,
        text,
        requestId,
        response,
      }
    },
    async approve(authorizeUrl, openId, scopes) {
      const consent = await emulator.sim.approve({
        authorizeUrl,
        openId,
        ...(scopes ? { scopes } : {}),
      })
      if (!('redirect' in consent)) throw new Error(`no redirect: ${consent.pageError}`)
      return consent.redirect
    },
    async deny(authorizeUrl, openId) {
      const consent = await emulator.sim.deny({ authorizeUrl, openId })
      if (!('redirect' in consent)) throw new Error(`no redirect: ${consent.pageError}`)
      return consent.redirect
    },
    async watch() {
      const from = service.logs.length
      const before = await samples()
      return {
        lines: () => service.logs.slice(from),
        warnings: () =>
          service.logs.slice(from).filter(({ level }) => level === 'warn' || level === 'error'),
        async failures() {
          const moved = Object.entries(await samples())
            .filter(([sample]) => sample.startsWith('lark_service_auth_failure_total{'))
            .map(
              ([sample, value]) => [nameOfFailure(sample), value - (before[sample] ?? 0)] as const,
            )
            .filter(([, value]) => value !== 0)
          return Object.fromEntries(moved)
        },
        async moved(name, labels) {
          const wanted = Object.entries(labels).map(([key, value]) => `${key}="${value}"`)
          return Object.entries(await samples())
            .filter(([sample]) => sample.startsWith(`${name}{`))
            .filter(([sample]) => wanted.every((label) => sample.includes(label)))
            .reduce((sum, [sample, value]) => sum + value - (before[sample] ?? 0), 0)
        },
      }
    },
    async session(id) {
      const answer = await service.api(`/v1/sessions/${id}`)
      return (await answer.json()) as SessionJson
    },
    async secondsLater(seconds) {
      emulator.sim.advanceClock({ seconds })
      await service.app.parts.auth.sweep.sessions()
      await service.app.parts.auth.showCard.due()
    },
    linkOf({ session_id: id }) {
      const link = links.get(id)
      if (!link) throw new Error('this person was not asked by askedPerson')
      return link
    },
    cardWords: (openId) => JSON.stringify(newestCard(emulator, openId)?.content ?? null),
    async completes({ openId, session }) {
      const { authorizeUrl } = await service.tap(openId)
      const page = await scene.visit(await scene.approve(authorizeUrl, openId))
      if (page.heading !== headingOf('completed')) throw new Error(`it ended with: ${page.heading}`)
      await service.cardTurns(openId, 'green')
      const { state } = await scene.session(session.session_id)
      if (state !== 'completed') throw new Error(`the session is ${state}`)
      const token = await readToken(service, openId)
      const owner = emulator.sim.tokenOwner(token)
      if (owner?.openId !== openId || !owner.works) throw new Error('the token does not work')
    },
    newestToken() {
      const token = ear.heard.at(-1)
      if (!token) throw new Error('no token was issued')
      return token
    },
    async close() {
      await service.close()
      await ear.close()
      await emulator.close()
    },
  }
  return scene

  /** A request's own line is the last of it that is written before its answer is over. */
  function told(requestId: string): Promise<LogLine> {
    return eventually(() =>
      service.logs.find(
        (line) => line.request_id === requestId && /^http_/.test(line.event) && line.status_code,
      ),
    )
  }

  async function samples(): Promise<Record<string, number>> {
    const text = await (await fetch(service.metricsUrl)).text()
    const lines = text.split('\n').filter((line) => line.startsWith('lark_service_'))
    return Object.fromEntries(
      lines.map((line) => {
        const space = line.lastIndexOf(' ')
        return [line.slice(0, space), Number(line.slice(space + 1))]
      }),
    )
  }
}

/** Resolves with the first answer that is not nothing; looks often and for twenty seconds. */
export async function eventually<T>(look: () => T | Promise<T>): Promise<NonNullable<T>> {
  for (let tries = 0; tries < 1000; tries++) {
    const found = await look()
    if (found) return found
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`nothing came of: ${look}`)
}

/** The heading of a page, as its reader sees it on the Feishu brand. */
export function headingOf(name: PageName, locale: Locale = 'en'): string {
  const words = wordsIn(locale)
  return words.pages[name].heading.replaceAll('{feishu}', words.feishu)
}

/** The access token that `/v1` hands out for a person. */
export async function readToken(service: Service, openId: string): Promise<string> {
  const answer = await service.api(`/v1/tokens/${openId}`)
  if (!answer.ok) throw new Error(`reading the token answered ${answer.status}`)
  const { access_token: token } = (await answer.json()) as { access_token: string }
  return token
}

function nameOfFailure(sample: string): string {
  const label = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(sample)?.[1]
  return `${label('reason')}/${label('fault')}`
}

function readable(html: string): string {
  return html.replaceAll('&#39;', "'").replaceAll('&quot;', '"').replaceAll('&amp;', '&')
}

/** The address of ours in a card, which may stand inside an applink. */
function linkIn(card: string): string {
  const link = /https?:[^"]*?(?:\/|%2F)auth(?:\/|%2F)[\w-]{43}/.exec(card)?.[0]
  if (!link) throw new Error('the card has no link')
  return new URL(link).searchParams.get('url') ?? link
}

/** The pauses before a call is repeated are real, and a tenth as long. */
function shortNaps(clock: Clock): Clock {
  return {
    now: clock.now,
    sleep: (milliseconds, signal) =>
      clock.sleep(milliseconds <= 1500 ? milliseconds / 10 : milliseconds, signal),
  }
}

function person(index: number): EmulatedPerson {
  const id = randomBytes(16).toString('hex')
  return {
    openId: `ou_${id}`,
    unionId: `on_${id}`,
    userId: id.slice(0, 8),
    name: `Person ${index}`,
    enName: `Person ${index}`,
    tenantKey: '2ed263bf32cf1651',
    locale: 'en_us',
    status: 'active',
    available: true,
  }
}
