import type { Clock } from '../auth/ports.ts'
import type { KeyRing } from '../auth/token-cipher.ts'
import { createAppInspector } from '../feishu/app-inspector.ts'
import type { FeishuApp } from '../feishu/hosts.ts'
import type { FeishuHttp } from '../feishu/http-client.ts'
import type { OpenStore } from '../store/create-store.ts'
import { inspectDatabase } from '../store/inspect-database.ts'
import { type Check, type CheckName, skip } from './check.ts'
import {
  checkBot,
  checkCredentials,
  checkLongConnection,
  checkPublishedVersion,
} from './check-app.ts'
import { checkCardCallback, checkOtherService } from './check-card-callback.ts'
import { checkDatabase, checkDisk, checkIntegrity, checkMigrations } from './check-database.ts'
import { checkEvents } from './check-events.ts'
import { createHostChecks } from './check-hosts.ts'
import { checkApiKeys, checkEncryptionKeys, checkStoredKeys } from './check-keys.ts'
import { checkPorts, type Servers } from './check-ports.ts'
import { checkCallbackUrl, checkRedirectUri } from './check-redirect.ts'
import { checkRefreshSwitch, checkScopes } from './check-scopes.ts'

/** What is looked at. */
export type DoctorOptions = Servers & {
  apps: readonly (FeishuApp & { scopes: readonly string[] })[]
  databaseUrl: string
  encryptionKeys: KeyRing
  apiKeys: readonly { name: string; secret: string }[]
  usesLongConnection: boolean
  /** What the service has kept; null when the database cannot be read, or is not of this version. */
  store: Pick<OpenStore, 'grants' | 'revocations' | 'signs'> | null
  http: FeishuHttp
  clock: Clock
  /** Looks at this machine alone; nothing is asked of anybody else. */
  isOffline: boolean
  /** Milliseconds before a host that does not answer is given up; 10 000 unless told. */
  timeoutMs?: number | undefined
}

/** Every check of this installation, in the order they are reported; none runs yet, and none changes anything. */
export function createChecks(options: DoctorOptions): Check[] {
  const { apps, store, http, clock, timeoutMs, isOffline } = options
  const hosts = createHostChecks({
    hosts: apps.map(({ endpoints }) => endpoints),
    clock,
    timeoutMs,
  })
  let inspecting: ReturnType<typeof inspectDatabase> | null = null
  const inspection = () => {
    inspecting ??= inspectDatabase(options.databaseUrl)
    return inspecting
  }
  let lookingAtPorts: ReturnType<typeof checkPorts> | null = null
  const ports = () => {
    lookingAtPorts ??= checkPorts(options)
    return lookingAtPorts
  }
  const signsOf = async (appId: string) => (await store?.signs.find(appId)) ?? null
  const here = (name: CheckName, run: Check['run'], appId: string | null = null): Check => ({
    name,
    appId,
    run,
  })
  const outside = (name: CheckName, appId: string | null, run: Check['run']): Check => ({
    name,
    appId,
    run: isOffline ? async () => skip('Not looked at: --offline.') : run,
  })
  const secrets = apps.map(({ appSecret }) => appSecret)

  return [
    here('encryption_keys', async () => checkEncryptionKeys(options.encryptionKeys)),
    here('api_keys', async () => checkApiKeys(options.apiKeys, secrets)),
    here('database', async () => checkDatabase(await inspection())),
    here('database_integrity', async () => checkIntegrity(await inspection())),
    here('migrations', async () => checkMigrations(await inspection())),
    here('disk', async () => checkDisk(await inspection())),
    here('stored_keys', () =>
      checkStoredKeys(options.encryptionKeys, store?.grants ?? null, store?.revocations),
    ),
    here('ports', ports),
    outside('network', null, hosts.network),
    outside('clock', null, hosts.clock),
    ...apps.flatMap((app) => {
      const { appId } = app
      const inspector = createAppInspector({ app, http, clock })
      return [
        outside('credentials', appId, () => checkCredentials(app, inspector)),
        outside('bot', appId, () => checkBot(app, inspector)),
        outside('long_connection', appId, async () =>
          checkLongConnection(app, inspector, {
            isUsed: options.usesLongConnection,
            connectedAt: (await signsOf(appId).catch(() => null))?.connected ?? null,
            timeoutMs,
          }),
        ),
        outside('published_version', appId, () => checkPublishedVersion(app, inspector)),
        here(
          'card_callback',
          async () =>
            checkCardCallback(app, {
              // What the database has seen tells it, too, when the console cannot be asked.
              settings: isOffline ? null : await inspector.settings().catch(() => null),
              signs: await signsOf(appId),
              isUsed: options.usesLongConnection,
            }),
          appId,
        ),
        outside('events', appId, () => checkEvents(app, inspector, options.usesLongConnection)),
        outside('redirect_uri', appId, () => checkRedirectUri(app, inspector, timeoutMs)),
        outside('scopes', appId, () => checkScopes(app, inspector)),
        here(
          'refresh_switch',
          () =>
            checkRefreshSwitch(
              app,
              isOffline ? null : inspector,
              store?.grants ?? null,
              clock.now(),
            ),
          appId,
        ),
        here(
          'other_service',
          async () => checkOtherService(await signsOf(appId), clock.now()),
          appId,
        ),
        outside('callback_url', appId, async () => {
          // The look at the ports listens there for a moment.
          await ports().catch(() => {})
          return checkCallbackUrl(app, timeoutMs)
        }),
      ]
    }),
  ]
}
