import type { EmulatedApp, EmulatedPerson } from './cast.ts'
import { defaultApp, defaultPeople } from './default-cast.ts'

/** What the long connection tells its clients; seconds, fractions allowed. */
export type ClientConfig = {
  ReconnectCount: number
  ReconnectInterval: number
  ReconnectNonce: number
  PingInterval: number
}

/** One line of the emulator's log; never holds a token, code or secret. */
export type LogLine = { level: 'info' | 'warn' | 'error'; message: string } & Record<
  string,
  unknown
>

/** Options of `startFeishuEmulator`; every one has a default. */
export type FeishuEmulatorOptions = {
  /** 0 (default) picks a free port. */
  port?: number
  /** Default `127.0.0.1`. */
  host?: string
  app?: Partial<EmulatedApp>
  people?: EmulatedPerson[]
  /** Base clock in milliseconds; default `Date.now`. */
  now?: () => number
  /** Default silent. */
  log?: (line: LogLine) => void
  /** Default 7200. */
  accessTokenSeconds?: number
  /** Default 604800. */
  refreshTokenSeconds?: number
  /** Default 300. */
  codeSeconds?: number
  /** Default never gives up, one second between attempts, no random wait, ping every 120 seconds. */
  clientConfig?: ClientConfig
  /** How long a card callback may take before code 200341; default 3000. */
  callbackTimeoutMs?: number
  /** Seconds between the pushes of an event nobody acknowledged; default 15, 300, 3600, 21600. */
  eventRedeliverySeconds?: number[]
  /** Which code a spent refresh token gets; default 20073. */
  rotatedRefreshTokenCode?: 20064 | 20073
  /** Seconds in which a spent refresh token still works; default 0. */
  secondsOfGrace?: number
  /** Whether PKCE works on the v3 token endpoint; default true. */
  pkceOnV3?: boolean
  /** Where a person outside the app's availability learns of it (20010); default `page`. */
  unavailableAt?: 'page' | 'exchange'
  /** HTTP status of the authorize error page; default 400, and 422 for 20043. */
  pageErrorStatus?: number
}

/** The options with every default filled in. */
export type ResolvedOptions = Required<Omit<FeishuEmulatorOptions, 'app' | 'pageErrorStatus'>> & {
  app: EmulatedApp
  pageErrorStatus: number | null
}

/** Fills in the defaults. */
export function resolveOptions(options: FeishuEmulatorOptions = {}): ResolvedOptions {
  return {
    port: options.port ?? 0,
    host: options.host ?? '127.0.0.1',
    app: { ...defaultApp(), ...options.app },
    people: options.people ?? defaultPeople(),
    now: options.now ?? Date.now,
    log: options.log ?? (() => undefined),
    accessTokenSeconds: options.accessTokenSeconds ?? 7200,
    refreshTokenSeconds: options.refreshTokenSeconds ?? 604_800,
    codeSeconds: options.codeSeconds ?? 300,
    clientConfig: options.clientConfig ?? {
      ReconnectCount: -1,
      ReconnectInterval: 1,
      ReconnectNonce: 0,
      PingInterval: 120,
    },
    callbackTimeoutMs: options.callbackTimeoutMs ?? 3000,
    eventRedeliverySeconds: options.eventRedeliverySeconds ?? [15, 300, 3600, 21_600],
    rotatedRefreshTokenCode: options.rotatedRefreshTokenCode ?? 20073,
    secondsOfGrace: options.secondsOfGrace ?? 0,
    pkceOnV3: options.pkceOnV3 ?? true,
    unavailableAt: options.unavailableAt ?? 'page',
    pageErrorStatus: options.pageErrorStatus ?? null,
  }
}
