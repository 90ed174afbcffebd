import { randomBytes } from 'node:crypto'
import { type FeishuEmulator, startFeishuEmulator } from '../../src/emulator/index.ts'
import { manyPeople } from '../support/many-people.ts'
import type { SharedDatabase } from '../support/processes/databases.ts'
import { createDeployment } from '../support/processes/deployment.ts'
import { createPerson, type Person } from '../support/processes/person.ts'
import { CLI } from '../support/processes/programs.ts'
import { MORTAL, runScript, type ServiceProcess } from '../support/processes/service-process.ts'
import { type Receiver, startReceiver } from '../webhooks/receiver.ts'
import { type Canary, canariesOf, type SecretKind, signaturesOf } from './canaries.ts'
import type { Surface } from './scan.ts'
import { cardsOn, toldTo, withoutLinks, withoutOwnLink } from './where-secrets-belong.ts'
import { startWireTap, type WireTap } from './wire-tap.ts'

/** A service whose every word is kept, and every secret it meets. */
export interface Stage {
  readonly emulator: FeishuEmulator
  readonly tap: WireTap
  /** Who is told what happens; two secrets sign. */
  readonly receiver: Receiver
  readonly receiverSecrets: readonly [string, string]
  readonly people: readonly [Person, Person, Person]
  /** A person whom nobody has asked yet: who has declined is left alone for a while. */
  someone(): Person
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
  /** The one call, by whoever the headers name; a token is theirs alone, and every other answer is kept. */
  postToken(person: Person, headers: Record<string, string>, body?: object): Promise<TokenAnswer>
  /** Insists on new tokens; the new one is theirs alone, and why there is none is kept. */
  refreshToken(person: Person): Promise<string | null>
  readMetrics(): Promise<void>
  /** Runs the command line and keeps what it writes. */
  command(args: readonly string[], env?: Record<string, string>): Promise<number | null>
  /** Makes a key in the database; its secret belongs on the terminal once. */
  createKey(name: string): Promise<string>
  /** Everything kept so far: logs, pages, answers, cards, metrics and terminals. */
  surfaces(): Surface[]
  close(): Promise<void>
}

/** What Feishu sent the browser back with. */
export type Decision = { callback: string; code: string; cookie: string }

/** What a call for a token came to; the token is null where none was answered. */
export type TokenAnswer = { status: number; replayed: boolean; token: string | null }

/** Sets the stage on an empty database. */
export async function openStage(database: SharedDatabase): Promise<Stage> {
  const emulator = await startFeishuEmulator({ people: manyPeople(12) })
  const tap = await startWireTap(emulator.url)
  const deployment = await createDeployment(emulator, database.url)
  const receiver = await startReceiver()
  const receiverSecrets = [newWebhookSecret(), newWebhookSecret()] as const
  const surroundings = {
    FEISHU_API_BASE_URL: tap.url,
    FEISHU_ACCOUNTS_BASE_URL: tap.url,
    WEBHOOK_URL: receiver.url,
    WEBHOOK_SECRETS: receiverSecrets.join(),
    WEBHOOK_ALLOWED_HOSTS: '127.0.0.1',
    LOG_LEVEL: 'trace',
  }
  const secrets: Canary[] = []
  const kept: Surface[] = []
  const processes: ServiceProcess[] = []
  const people = emulator.people.map(({ openId }) => createPerson(emulator, openId))
  const [lin, alex, sato, ...others] = people
  if (!lin || !alex || !sato) throw new Error('the emulator has too few people')
  let origin = ''
  let metricsUrl = ''

  const stage: Stage = {
    emulator,
    tap,
    receiver,
    receiverSecrets,
    people: [lin, alex, sato],
    someone() {
      const person = others.pop()
      if (!person) throw new Error('the emulator has no more people')
      return person
    },
    async start(env = {}) {
      keepConfigured({ ...deployment.env, ...surroundings, ...env })
      const script = { script: MORTAL, env: { ...surroundings, ...env } }
      const started = await deployment.start(script)
      processes.push(started)
      origin = started.url
      metricsUrl = started.metricsUrl
      return started
    },
    keep: (kind, value) => void secrets.push({ kind, value }),
    canaries: () => [...secrets, ...canariesOf(tap), ...signaturesOf(receiver.received)],
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
    async postToken({ openId: open_id }, headers, body = {}) {
      const answer = await fetch(`${origin}/v1/tokens`, {
        method: 'POST',
        headers: { ...botHeaders(), ...headers },
        body: JSON.stringify({ open_id, ...body }),
      })
      const { status } = answer
      const replayed = answer.headers.get('idempotency-replayed') === 'true'
      const text = await answer.text()
      if (answer.status === 200) return { status, replayed, token: JSON.parse(text).access_token }
      kept.push({ name: `answer ${status} of the one call`, text })
      return { status, replayed, token: null }
    },
    async refreshToken({ openId }) {
      const path = `/v1/tokens/${openId}/refresh`
      const answer = await fetch(`${origin}${path}`, { method: 'POST', headers: botHeaders() })
      if (answer.ok) return ((await answer.json()) as { access_token: string }).access_token
      kept.push({ name: `answer ${answer.status} of a refresh`, text: await answer.text() })
      return null
    },
    async readMetrics() {
      kept.push({ name: 'metrics', text: await (await fetch(metricsUrl)).text() })
    },
    async command(args, env = {}) {
      keepConfigured(env)
      const { code, output } = await runCommand(args, env)
      kept.push({ name: `command ${args.join(' ').slice(0, 24)}`, text: output })
      return code
    },
    async createKey(name) {
      const everything = ['--action', 'ask', '--action', 'read', '--action', 'revoke']
      for (const kind of ['--app', '--scope', '--person']) everything.push(kind, '*')
      const { output } = await runCommand(['apikey', 'create', '--name', name, ...everything])
      const [secret] = /fca_[\w-]{43}/.exec(output) ?? []
      if (secret === undefined) throw new Error(`no key: ${output}`)
      stage.keep('database API key', secret)
      kept.push({ name: 'command apikey create', text: output.replace(secret, '…') })
      return secret
    },
    surfaces: () => [
      ...kept,
      ...cardsOn(tap),
      ...toldTo(receiver),
      ...processes.map((each, index) => ({ name: `log ${index + 1}`, text: each.output() })),
    ],
    async close() {
      await deployment.close()
      await tap.close()
      await receiver.close()
      await emulator.close()
    },
  }
  return stage

  async function runCommand(args: readonly string[], env: Record<string, string> = {}) {
    const all = { ...deployment.env, ...surroundings, ...env }
    const { exited, output } = runScript(CLI, args, all)
    const { code } = await exited
    return { code, output: output() }
  }

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
      keepBytes('encryption key', entry.split(':')[1] ?? '')
    }
    for (const secret of (env.WEBHOOK_SECRETS ?? '').split(',')) {
      keepBytes('webhook secret', secret.replace('whsec_', ''))
    }
    if (env.WEBHOOK_URL) {
      for (const value of new URL(env.WEBHOOK_URL).searchParams.values()) {
        stage.keep('webhook address', value)
      }
    }
    const { DATABASE_URL: url } = env
    const password = url && URL.canParse(url) ? new URL(url).password : ''
    if (password !== '') stage.keep('database password', password)
  }

  function keepBytes(kind: SecretKind, base64: string): void {
    const key = Buffer.from(base64, 'base64')
    if (key.length === 0) return
    stage.keep(kind, base64)
    stage.keep(kind, key.toString('hex'))
    stage.keep(kind, key.toString('latin1'))
  }

  function linkOn({ messageId }: Person): string {
    const card = emulator.sim.messages().find(({ message_id: id }) => id === messageId())
    const [, path = ''] = /(\/auth\/[\w-]{43})/.exec(JSON.stringify(card?.content ?? {})) ?? []
    return path
  }
}

function newWebhookSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}
