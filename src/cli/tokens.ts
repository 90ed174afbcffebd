import { Command } from 'commander'
import { type GrantState, grantState } from '../auth/grant-state.ts'
import { parseLimit } from './parse-limit.ts'
import { withParts } from './with-parts.ts'

type OfOneApp = { app?: string; json?: true }

/** What is shown of a grant: everything but its tokens. */
type Shown = {
  open_id: string
  app_id: string
  state: GrantState
  scopes: readonly string[]
  expires_at: string
  refresh_expires_at: string | null
}

/** `tokens list|refresh|revoke`: looks at what people granted and ends it; no token is ever printed. */
export function tokensCommand(): Command {
  const tokens = new Command('tokens').description('what people granted; no token is ever printed')
  tokens
    .command('list')
    .description('whose tokens are here, by app and person')
    .option('--app <app_id>', 'of one app')
    .option('--limit <n>', 'how many at most', parseLimit, 100)
    .option('--json', 'print JSON')
    .action(async ({ app, limit, json }: OfOneApp & { limit: number }) => {
      const shown = await list(app, limit)
      if (json) console.log(JSON.stringify(shown, null, 2))
      else if (shown.length === 0) console.log('No tokens.')
      else console.table(shown.map((each) => ({ ...each, scopes: each.scopes.join(' ') })))
    })
  tokens
    .command('refresh')
    .argument('<open_id>')
    .description('refresh a token now, although it is fresh')
    .option('--app <app_id>', 'of which app, when several are configured')
    .option('--json', 'print JSON')
    .action(async (openId: string, { app, json }: OfOneApp) => {
      const token = await withParts(({ auth }) =>
        auth.readUserAccessToken({ openId, appId: app, forceRefresh: true }),
      )
      const { appId, scopes, expiresAt } = token
      const facts = { open_id: openId, app_id: appId, scopes, expires_at: expiresAt }
      console.log(
        json ? JSON.stringify(facts) : `Refreshed, valid until ${expiresAt.toISOString()}.`,
      )
    })
  tokens
    .command('revoke')
    .argument('<open_id>')
    .description('revoke a token at Feishu and delete it here')
    .option('--app <app_id>', 'of which app, when several are configured')
    .option('--json', 'print JSON')
    .action(async (openId: string, { app, json }: OfOneApp) => {
      const outcome = await revoke(openId, app)
      console.log(json ? JSON.stringify(outcome) : inWords(outcome))
    })
  return tokens
}

function list(appId: string | undefined, limit: number): Promise<Shown[]> {
  return withParts(async ({ store }) => {
    const now = new Date()
    const shown: Shown[] = []
    for (const grant of await store.grants.list({ appId, limit })) {
      const upkeep = await store.upkeeps.find(grant)
      shown.push({
        open_id: grant.openId,
        app_id: grant.appId,
        state: grantState(grant, upkeep?.mark ?? null, now),
        scopes: grant.scopes,
        expires_at: grant.accessTokenExpiresAt.toISOString(),
        refresh_expires_at: grant.refreshTokenExpiresAt?.toISOString() ?? null,
      })
    }
    return shown
  })
}

type Revoked = { revoked: boolean; feishu_told: boolean }

function revoke(openId: string, app: string | undefined): Promise<Revoked> {
  return withParts(async ({ auth, events }) => {
    const { appId } = auth.apps.resolve(app)
    let isTold = true
    events.on(({ type }) => {
      if (type === 'revocation_not_told') isTold = false
    })
    const revoked = await auth.tokens.revokeGrant.here({ appId, openId }, 'admin')
    return { revoked, feishu_told: revoked && isTold }
  })
}

function inWords({ revoked, feishu_told: isTold }: Revoked): string {
  if (!revoked) return 'There was no token; nothing to do.'
  return isTold
    ? 'Revoked at Feishu and deleted here.'
    : 'Deleted here, but Feishu could not be told: its tokens end by themselves.'
}
