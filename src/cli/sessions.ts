import { Command, InvalidArgumentError } from 'commander'
import type { AuthSession, SessionState } from '../auth/session.ts'
import { parseLimit } from './parse-limit.ts'
import { withParts } from './with-parts.ts'

const STATES = ['pending', 'completed', 'rejected', 'expired'] as const satisfies SessionState[]

type ListOptions = {
  openId?: string
  app?: string
  state?: SessionState
  limit: number
  json?: true
}

/** `sessions list|show|invalidate|cleanup`: looks at authorization sessions and ends them. */
export function sessionsCommand(): Command {
  const sessions = new Command('sessions').description('authorization sessions')
  sessions
    .command('list')
    .description('the newest sessions first')
    .option('--open-id <open_id>', 'of one person')
    .option('--app <app_id>', 'of one app')
    .option('--state <state>', STATES.join(', '), parseState)
    .option('--limit <n>', 'how many at most', parseLimit, 20)
    .option('--json', 'print JSON')
    .action(async ({ openId, app, state, limit, json }: ListOptions) => {
      const found = await withParts(({ store }) =>
        store.sessions.list({ openId, appId: app, state, limit }),
      )
      print(found, json)
    })
  sessions
    .command('show')
    .argument('<session_id>')
    .description('one session')
    .option('--json', 'print JSON')
    .action(async (id: string, { json }: { json?: true }) => {
      print([await withParts(({ auth }) => auth.readSession(id))], json)
    })
  sessions
    .command('invalidate')
    .argument('<session_id>')
    .description('withdraw a pending session; its card turns when the service next looks')
    .option('--json', 'print JSON')
    .action(async (id: string, { json }: { json?: true }) => {
      print([await withParts(({ auth }) => auth.invalidateSession(id))], json)
    })
  sessions
    .command('cleanup')
    .description('expire what is due and delete what is past its retention')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: true }) => {
      const swept = await withParts(async ({ auth: { sweep } }) => ({
        ...(await sweep.sessions()),
        ...(await sweep.retention()),
      }))
      const { completed, expired, deleted } = swept
      const words = `completed ${completed}, expired ${expired}, deleted ${deleted}`
      console.log(json ? JSON.stringify(swept) : words)
    })
  return sessions
}

function parseState(text: string): SessionState {
  const state = STATES.find((each) => each === text)
  if (!state) throw new InvalidArgumentError(`Choose one of ${STATES.join(', ')}.`)
  return state
}

function print(sessions: readonly AuthSession[], json?: true): void {
  if (json) console.log(JSON.stringify(sessions.map(withoutSecrets), null, 2))
  else if (sessions.length === 0) console.log('No sessions.')
  else console.table(sessions.map(toRow))
}

function toRow({ id, state, endReason, openId, card, createdAt, lastFailure }: AuthSession) {
  return {
    session_id: id,
    state: endReason ? `${state} (${endReason})` : state,
    open_id: openId,
    card: card.shows ?? 'not sent',
    created_at: createdAt.toISOString(),
    last_failure: lastFailure?.reason ?? '',
  }
}

/** The ticket stays out of terminals and files, sealed or not. */
function withoutSecrets({ sealedTicket: _sealed, ticketHash: _hash, ...session }: AuthSession) {
  return session
}
