import { Command } from 'commander'
import type { Access } from '../access/access.ts'
import type { Auth } from '../auth/auth.ts'
import type { Grant, UserAccessToken } from '../auth/grant.ts'
import { type GrantState, grantState } from '../auth/grant-state.ts'
import type { Revoked } from '../auth/revoke-grant.ts'
import { type Unrefreshable, whyUnrefreshable } from '../auth/unrefreshable.ts'
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
  /** Whether it can be refreshed, or why Feishu gave no refresh token; null for a grant that has ended. */
  refresh: 'possible' | Unrefreshable | null
}

const REFRESH_IN_WORDS: Record<'possible' | Unrefreshable, string> = {
  possible: 'possible',
  not_returned:
    'not possible (turn on "Refresh user_access_token" in the console → Security Settings)',
  not_granted: 'not possible (offline_access was not granted: console → Permissions & Scopes)',
  not_asked: 'not possible (offline_access was not asked for)',
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
      else console.table(shown.map(inTable))
    })
  tokens
    .command('refresh')
    .argument('<open_id>')
    .description('refresh a token now, although it is fresh')
    .option('--app <app_id>', 'of which app, when several are configured')
    .option('--json', 'print JSON')
    .action(async (openId: string, { app, json }: OfOneApp) => {
      const token = await withParts(({ auth, access }) => refresh(auth, access, openId, app))
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
      const facts = { revoked: outcome !== 'nothing', feishu_told: outcome === 'told' }
      console.log(json ? JSON.stringify(facts) : inWords(outcome))
    })
  return tokens
}

function inTable({ scopes, refresh, ...others }: Shown) {
  return {
    ...others,
    scopes: scopes.join(' '),
    refresh: refresh === null ? '–' : REFRESH_IN_WORDS[refresh],
  }
}

function list(appId: string | undefined, limit: number): Promise<Shown[]> {
  return withParts(async ({ store }) => {
    const now = new Date()
    const shown: Shown[] = []
    for (const grant of await store.grants.list({ appId, limit })) {
      const upkeep = await store.upkeeps.find(grant)
      const state = grantState(grant, upkeep?.mark ?? null, now)
      const asked = (await store.sessions.find(grant.sessionId))?.scopes ?? null
      shown.push({
        open_id: grant.openId,
        app_id: grant.appId,
        state,
        scopes: grant.scopes,
        expires_at: grant.accessTokenExpiresAt.toISOString(),
        refresh_expires_at: grant.refreshTokenExpiresAt?.toISOString() ?? null,
        refresh: refreshOf(grant, state, asked),
      })
    }
    return shown
  })
}

async function refresh(
  auth: Auth,
  { audit }: Access,
  openId: string,
  app?: string,
): Promise<UserAccessToken> {
  const token = await auth.readUserAccessToken({ openId, appId: app, forceRefresh: true })
  const { appId, scopes } = token
  await audit.handOut({ action: 'token_refreshed', appId, openId, detail: { scopes } })
  return token
}

/** A grant that somebody ended has lost its refresh token by that, and not for want of a setting. */
function refreshOf(grant: Grant, state: GrantState, asked: readonly string[] | null) {
  if (grant.sealedRefreshToken !== null) return state === 'reauth_required' ? null : 'possible'
  return state === 'revoked' ? null : whyUnrefreshable(grant.scopes, asked)
}

function revoke(openId: string, app: string | undefined): Promise<Revoked> {
  return withParts(({ auth }) => {
    const { appId } = auth.apps.resolve(app)
    return auth.tokens.revokeGrant.here({ appId, openId }, 'admin')
  })
}

function inWords(outcome: Revoked): string {
  switch (outcome) {
    case 'told':
      return 'Revoked at Feishu and deleted here.'
    case 'not_told_yet':
      return 'Deleted here. Feishu could not be told yet: a running service tells it again until it answers.'
    case 'nothing':
      return 'There was no token; nothing to do.'
  }
}
