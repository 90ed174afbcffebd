import { type FeishuEmulator, startFeishuEmulator } from '../../src/emulator/index.ts'
import type { SharedDatabase } from '../support/processes/databases.ts'
import { createDeployment } from '../support/processes/deployment.ts'
import { createPerson, type Person } from '../support/processes/person.ts'
import {
  CLI,
  MORTAL,
  runScript,
  type ServiceProcess,
} from '../support/processes/service-process.ts'
import { type Canary, canariesOf, type SecretKind } from './canaries.ts'
import type { Surface } from './scan.ts'
import { cardsOn, withoutLinks, withoutOwnLink } from './where-tickets-belong.ts'
import { startWireTap, type WireTap } from './wire-tap.ts'

/** A service whose every word is kept, and every secret it meets. */
export interface Stage {
  readonly emulator: FeishuEmulator
  readonly tap: WireTap
  readonly people: readonly [Person, Person, Person]
  /** Starts the service, or starts it again with other settings. */
  start(env?: Record<string, string>): Promise<ServiceProcess>
  /** Keeps a secret that did not cross the wire. */
  keep(kind: SecretKind, value: string): void
  canaries(): Canary[]
  /** Opens an address of the service as a browser does and keeps the page. */
  browse(address: string, init?: RequestInit): Promise<Response>
  /** Calls the service as a bot does, with whatever is in `init`, and keeps the answer. */
  call(path: string, init?: RequestInit): Promise<{ status: number; body: string }>
  /** Asks a person and gives the link on the card and the session. */
  ask(person: Person, scopes?: string[]): Promise<{ id: string; link: string }>
  /** Opens a link and decides; the address of the callback comes back, and the browser's cookie. */
  decide(link: string, as: Person, how?: 'approve' | 'deny'): Promise<Decision>
  /** Taps a button and keeps what the tap was answered with. */
  taps(person: Person, words: string): Promise<void>
  /** The stored token of a person; the answer is theirs alone and not kept. */
  readToken(person: Person): Promise<string>
  readMetrics(): Promise<void>
  /** Runs the command line and keeps what it writes. */
  command(args: readonly string[], env?: Record<string, string>): Promise<number | null>
  /** Everything kept so far: logs, pages, answers, cards, metrics and terminals. */
  surfaces(): Surface[]
  close(): Promise<void>
}

/** What Feishu sent the browser back with. */
export type Decision = { callback: string; code: string; cookie: string }

/** Sets the stage on an empty database. */
export async function openStage(database: SharedDatabase): Promise<Stage> {
  const emulator = await startFeishuEmulator()
  const tap = await startWireTap(emulator.url)
  const deployment = await createDeployment(emulator, database.url)
  const throughTap = { FEISHU_API_BASE_URL: tap.url, FEISHU_ACCOUNTS_BASE_URL: tap.url }
  const secrets: Canary[] = []
  const kept: Surface[] = []
  const processes: ServiceProcess[] = []
  const [lin, alex, sato] = emulator.people.map(({ openId }) => createPerson(emulator, openId))
  if (!lin || !alex || !sato) throw new Error('the emulator has too few people')
  let origin = ''
  let metricsUrl = ''

  const stage: Stage = {
    emulator,
    tap,
    people: [lin, alex, sato],
    async start(env = {}) {
      keepConfigured({ ...deployment.env, ...env })
      const script = { script: MORTAL, env: { ...throughTap, LOG_LEVEL: 'trace', ...env } }
      const started = await deployment.start(script)
      processes.push(started)
      origin = started.url
      metricsUrl = started.metricsUrl
      return started
    },
    keep: (kind, value) => void secrets.push({ kind, value }),
    canaries: () => [...secrets, ...canariesOf(tap)],
    async browse(address, init = {}) {
      const page = await fetch(new URL(address, origin), { redirect: 'manual', ...init })
      // A redirect is no page: carrying the state to Feishu is what it is for.
      const text = page.status === 302 ? '' : withoutOwnLink(await page.clone().text())
      kept.push({ name: `page ${new URL(address, origin).pathname.slice(0, 10)}`, text })
      return page
    },
    async call(path, init = {}) {
      const answer = await fetch(`${origin}${path}`, {
        ...init,
        headers: { ...botHeaders(), ...init.headers },
      })
      const body = await answer.text()
      kept.push({ name: `answer ${answer.status} of ${path.slice(0, 14)}`, text: body })
      return { status: answer.status, body }
    },
    async ask(person, scopes = ['offline_access']) {
      const body = JSON.stringify({ open_id: person.openId, scopes, reason: 'Weekly report' })
      const asked = await stage.call('/v1/sessions', { method: 'POST', body })
      const { session_id: id } = JSON.parse(asked.body)
      return { id, link: linkOn(person) }
    },
    async decide(link, as, how = 'approve') {
      const opened = await stage.browse(link)
      const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? ''
      const authorizeUrl = opened.headers.get('location') ?? ''
      stage.keep('browser cookie', cookie.slice(cookie.indexOf('=') + 1))
      stage.keep('state', new URL(authorizeUrl).searchParams.get('state') ?? '')
      const decided = await emulator.sim[how]({ authorizeUrl, openId: as.openId })
      if (!('redirect' in decided)) throw new Error(`no redirect: page ${decided.pageError}`)
      const code = new URL(decided.redirect).searchParams.get('code') ?? ''
      if (code !== '') stage.keep('authorization code', code)
      return { callback: decided.redirect, code, cookie }
    },
    async taps(person, words) {
      const outcome = await person.taps(words)
      kept.push({ name: `answer to ${words}`, text: JSON.stringify(withoutLinks(outcome)) })
    },
    async readToken({ openId }) {
      const answer = await fetch(`${origin}/v1/tokens/${openId}`, { headers: botHeaders() })
      if (!answer.ok) throw new Error(`no token: ${await answer.text()}`)
      const { access_token: token } = (await answer.json()) as { access_token: string }
      return token
    },
    async readMetrics() {
      kept.push({ name: 'metrics', text: await (await fetch(metricsUrl)).text() })
    },
    async command(args, env = {}) {
      keepConfigured(env)
      const all = { ...deployment.env, ...throughTap, LOG_LEVEL: 'trace', ...env }
      const { exited, output } = runScript(CLI, args, all)
      const { code } = await exited
      kept.push({ name: `command ${args.join(' ').slice(0, 24)}`, text: output() })
      return code
    },
    surfaces: () => [
      ...kept,
      ...cardsOn(tap),
      ...processes.map((each, index) => ({ name: `log ${index + 1}`, text: each.output() })),
    ],
    async close() {
      await deployment.close()
      await tap.close()
      await emulator.close()
    },
  }
  return stage

  function botHeaders() {
    const key = (deployment.env.API_KEYS ?? '').split(':')[1] ?? ''
    return { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  }

  function keepConfigured(env: Record<string, string>): void {
    const fields: [SecretKind, string | undefined][] = [
      ['app secret', env.FEISHU_APP_SECRET],
      ['app secret', env.FEISHU_ENCRYPT_KEY],
      ['verification token', env.FEISHU_VERIFICATION_TOKEN],
      ...(env.API_KEYS ?? '').split(',').map((key): [SecretKind, string | undefined] => {
        return ['API key', key.split(':')[1]]
      }),
    ]
    for (const [kind, value] of fields) if (value) stage.keep(kind, value)
    for (const entry of (env.TOKEN_ENCRYPTION_KEYS ?? '').split(',')) {
      const key = Buffer.from(entry.split(':')[1] ?? '', 'base64')
      if (key.length === 0) continue
      stage.keep('encryption key', entry.split(':')[1] ?? '')
      stage.keep('encryption key', key.toString('hex'))
      stage.keep('encryption key', key.toString('latin1'))
    }
    const { DATABASE_URL: url } = env
    const password = url && URL.canParse(url) ? new URL(url).password : ''
    if (password !== '') stage.keep('database password', password)
  }

  function linkOn({ messageId }: Person): string {
    const card = emulator.sim.messages().find(({ message_id: id }) => id === messageId())
    const [, path = ''] = /(\/auth\/[\w-]{43})/.exec(JSON.stringify(card?.content ?? {})) ?? []
    return path
  }
}
