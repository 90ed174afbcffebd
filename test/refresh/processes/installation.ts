import { createHash } from 'node:crypto'
import type { Grant } from '../../../src/auth/grant.ts'
import type { OAuthClient, TokenCipher } from '../../../src/auth/ports.ts'
import { accessTokenBinding, refreshTokenBinding } from '../../../src/auth/store-grant.ts'
import { createTokenCipher } from '../../../src/auth/token-cipher.ts'
import { loadConfig } from '../../../src/config.ts'
import { type FeishuEmulator, startFeishuEmulator } from '../../../src/emulator/index.ts'
import type { FeishuEmulatorOptions } from '../../../src/emulator/options.ts'
import { createHttpClient } from '../../../src/feishu/http-client.ts'
import { createOAuthClient } from '../../../src/feishu/oauth-client.ts'
import type { OpenStore } from '../../../src/store/create-store.ts'
import { openStore } from '../../../src/store/open-store.ts'
import { appAt } from '../../feishu/feishu-bench.ts'
import { aGrant, aSession } from '../../store/contract/samples.ts'
import { createDeployment, type Deployment } from '../../support/processes/deployment.ts'
import { startWorker, type Worker } from './worker.ts'

/** Processes on one database and one emulated Feishu. */
export type Installation = {
  emulator: FeishuEmulator
  deployment: Deployment
  /** The database, as the test looks at it. */
  store: OpenStore
  /** People of the emulator, each taken once. */
  someone(): string
  /** A person consents; their access token has run out as far as the database knows. */
  grantThatRanOut(openId: string): Promise<void>
  /** The same person consents anew, with a token that is fresh. */
  consentAgain(openId: string): Promise<void>
  grantOf(openId: string): Promise<Grant | null>
  start(env?: Record<string, string>): Promise<Worker>
  /** What Feishu saw of refreshes since the last time it was asked. */
  refreshes(): { posts: number; reuses: number }
  /** Tells whether this token works at Feishu. */
  works(token: string | undefined): boolean
  /** Tells whether Feishu still takes the stored refresh token: presents it, so this is the last thing to ask. */
  canRefresh(openId: string): Promise<boolean>
  close(): Promise<void>
}

const VERIFIER = 'verifier-0123456789-0123456789-0123456789-0123456789'
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url')

/** Creates an installation; `people` is how many the emulator holds. */
export async function createInstallation(
  databaseUrl: string,
  { people = 20, ...options }: Omit<FeishuEmulatorOptions, 'people'> & { people?: number } = {},
): Promise<Installation> {
  const emulator = await startFeishuEmulator({
    ...options,
    people: Array.from({ length: people }, (_, index) => personNumber(index)),
  })
  const deployment = await createDeployment(emulator, databaseUrl)
  const store = await openStore({ databaseUrl, poolSize: 4 })
  const config = loadConfig(deployment.env)
  const cipher = createTokenCipher({ keys: config.encryptionKeys })
  const app = { ...appAt(emulator.url, emulator.app), redirectUri: config.apps[0].redirectUri }
  const http = createHttpClient({ log: () => {}, observe: () => {} })
  const oauth = createOAuthClient({ apps: [app], http })
  const workers: Worker[] = []
  let taken = 0
  let looked = 0

  return {
    emulator,
    deployment,
    store,
    someone() {
      const openId = emulator.people[taken++]?.openId
      if (openId === undefined) throw new Error('the emulator has no more people')
      return openId
    },
    grantThatRanOut: (openId) => consent(openId, 7200),
    consentAgain: (openId) => consent(openId, 0),
    grantOf: (openId) => store.grants.find(app.appId, openId),
    async start(env = {}) {
      const worker = await startWorker({ ...deployment.env, LOG_LEVEL: 'error', ...env })
      workers.push(worker)
      return worker
    },
    refreshes() {
      const seen = emulator.sim.transcript().filter(({ seq }) => seq > looked)
      looked = emulator.sim.transcript().at(-1)?.seq ?? looked
      const posts = seen.filter(({ kind, request }) => kind === 'api' && isRefresh(request))
      const reuses = posts.filter(({ response }) => codeOf(response) === 20073)
      return { posts: posts.length, reuses: reuses.length }
    },
    works: (token) => emulator.sim.tokenOwner(token ?? '')?.works === true,
    async canRefresh(openId) {
      const grant = await store.grants.find(app.appId, openId)
      if (!grant?.sealedRefreshToken) return false
      const refreshToken = cipher.open(grant.sealedRefreshToken, refreshTokenBinding(grant))
      return (await oauth.refresh({ appId: app.appId, refreshToken })).kind === 'tokens'
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.close()))
      await deployment.close()
      await store.close()
      await emulator.close()
    },
  }

  async function consent(openId: string, ageSeconds: number): Promise<void> {
    const { appId } = app
    const scopes = ['auth:user.id:read', 'offline_access']
    const url = oauth.authorizeUrl({ appId, scopes, state: 's', codeChallenge: CHALLENGE })
    const consent = await emulator.sim.approve({ authorizeUrl: url.href, openId })
    if (!('redirect' in consent)) throw new Error(`page error ${consent.pageError}`)
    const code = new URL(consent.redirect).searchParams.get('code') ?? ''
    await save(
      openId,
      ageSeconds,
      await oauth.exchangeCode({ appId, code, codeVerifier: VERIFIER }),
    )
  }

  async function save(
    openId: string,
    ageSeconds: number,
    reply: Awaited<ReturnType<OAuthClient['exchangeCode']>>,
  ) {
    const now = Date.now()
    const session = aSession({ appId: app.appId, openId, expiresAt: new Date(now + 600_000) })
    await store.sessions.insert(session)
    const row = aGrant(session, {
      scopes: reply.scopes,
      authorizedAt: new Date(now - ageSeconds * 1000),
      issuedAt: new Date(now - ageSeconds * 1000),
      accessTokenExpiresAt: new Date(now + (7199 - ageSeconds) * 1000),
      refreshTokenExpiresAt: new Date(now + 500_000_000),
    })
    const saved = await store.grants.save({ ...row, ...seal(cipher, row, reply) })
    if (saved === null) throw new Error('the consent was not saved')
    await store.sessions.completeGranted(new Date(), 9)
  }
}

function seal(
  cipher: TokenCipher,
  row: { appId: string; tenantKey: string; openId: string },
  reply: { accessToken: string; refreshToken: string | null },
) {
  return {
    sealedAccessToken: cipher.seal(reply.accessToken, accessTokenBinding(row)),
    sealedRefreshToken: cipher.seal(reply.refreshToken ?? '', refreshTokenBinding(row)),
  }
}

function personNumber(index: number) {
  const digits = String(index).padStart(32, '0')
  return {
    openId: `ou_${digits}`,
    unionId: `on_${digits}`,
    userId: `u${index}`,
    name: `Person ${index}`,
    enName: `Person ${index}`,
    tenantKey: 'tenant_a',
    locale: 'en_us' as const,
    status: 'active' as const,
    available: true,
  }
}

function isRefresh(request: unknown): boolean {
  return JSON.stringify(request ?? null).includes('"grant_type":"refresh_token"')
}

function codeOf(response: unknown): unknown {
  return typeof response === 'object' && response && 'code' in response ? response.code : undefined
}
