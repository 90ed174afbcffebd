import type { AppSign } from '../../src/auth/app-signs.ts'
import type { Grant } from '../../src/auth/grant.ts'
import { generateKey, parseKeyRing } from '../../src/auth/token-cipher.ts'
import type { CheckName, CheckResult } from '../../src/doctor/check.ts'
import { createChecks, type DoctorOptions } from '../../src/doctor/doctor.ts'
import { runChecks } from '../../src/doctor/run-checks.ts'
import type { FeishuEmulator } from '../../src/emulator/index.ts'
import { resolveEndpoints } from '../../src/feishu/hosts.ts'
import { createHttpClient } from '../../src/feishu/http-client.ts'
import { createSystemClock } from '../../src/system-clock.ts'

/** The findings of one examination, by check. */
export type Examined = {
  all: CheckResult[]
  /** The findings of one check; a check without any is a mistake of the test. */
  of(name: CheckName): CheckResult[]
}

/** Keys that nobody else has. */
export function freshKeys(): DoctorOptions['encryptionKeys'] {
  const ring = parseKeyRing(generateKey())
  if (!ring.ok) throw new Error('a fresh key is good')
  return ring.keys
}

/** An app of the emulator as the configuration would describe it. */
export function appOf(
  emulator: Pick<FeishuEmulator, 'app' | 'url'>,
): DoctorOptions['apps'][number] {
  const { appId, appSecret } = emulator.app
  const { url } = emulator
  return {
    appId,
    appSecret,
    brand: 'feishu',
    redirectUri: 'http://127.0.0.1:9/callback',
    scopes: ['offline_access', 'calendar:calendar:readonly'],
    endpoints: resolveEndpoints({ brand: 'feishu', apiBaseUrl: url, accountsBaseUrl: url }),
  }
}

/** A store that holds one grant of the emulator's app, or none, and has seen these signs. */
export function storeWith(
  grant: Partial<Grant> | null,
  signs: Partial<Record<AppSign, Date>> = {},
): DoctorOptions['store'] {
  const whole: Grant = {
    appId: 'cli_0123456789abcdef',
    openId: 'ou_1',
    tenantKey: 't',
    sessionId: 's',
    scopes: ['offline_access'],
    sealedAccessToken: 'sealed',
    accessTokenExpiresAt: new Date(Date.now() + 3_600_000),
    sealedRefreshToken: 'sealed',
    refreshTokenExpiresAt: null,
    authorizedAt: new Date(),
    issuedAt: new Date(),
    version: 1,
    ...grant,
  }
  const unused = () => Promise.reject(new Error('not asked for'))
  return {
    grants: {
      save: unused,
      find: unused,
      rotate: unused,
      end: unused,
      endAccess: unused,
      delete: unused,
      reseal: unused,
      list: async () => (grant === null ? [] : [whole]),
      countByKey: async () => [],
    },
    revocations: {
      put: unused,
      claimDue: unused,
      noteTry: unused,
      delete: unused,
      listSealedOtherwise: unused,
      reseal: unused,
      countByKey: async () => [],
    },
    signs: { note: unused, find: async () => signs },
  }
}

/** Makes every check of an installation that talks to this emulator. */
export async function examine(
  emulator: FeishuEmulator,
  changes: Partial<DoctorOptions> & { app?: Partial<DoctorOptions['apps'][number]> } = {},
): Promise<Examined> {
  const { app, ...options } = changes
  const all = await runChecks(
    createChecks({
      apps: [{ ...appOf(emulator), ...app }],
      databaseUrl: 'file::memory:',
      encryptionKeys: freshKeys(),
      apiKeys: [],
      usesLongConnection: true,
      callbackServer: null,
      metricsServer: null,
      store: null,
      http: createHttpClient({ log: () => {}, observe: () => {}, timeoutMs: 10_000 }),
      clock: createSystemClock(),
      isOffline: false,
      timeoutMs: 10_000,
      ...options,
    }),
  )
  return {
    all,
    of(name) {
      const found = all.filter((result) => result.name === name)
      if (found.length === 0) throw new Error(`no check is called ${name}`)
      return found
    },
  }
}
