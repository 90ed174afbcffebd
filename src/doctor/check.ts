/** How a check ended. */
export type CheckStatus = 'pass' | 'warn' | 'fail' | 'skip'

/** What a check has found; neither text holds a secret. */
export type Finding = {
  status: CheckStatus
  message: string
  /** What to do, with the page of the console and the very text to paste; null when nothing is to be done. */
  hint: string | null
}

/** The names of all checks, in the order they are reported. */
export const CHECK_NAMES = [
  'configuration',
  'encryption_keys',
  'api_keys',
  'database',
  'database_integrity',
  'migrations',
  'disk',
  'stored_keys',
  'ports',
  'network',
  'clock',
  'credentials',
  'bot',
  'long_connection',
  'published_version',
  'card_callback',
  'events',
  'redirect_uri',
  'scopes',
  'refresh_switch',
  'other_service',
  'callback_url',
] as const

/** The name of a check; a promise to whoever reads the JSON. */
export type CheckName = (typeof CHECK_NAMES)[number]

/** One question about this installation. */
export type Check = {
  name: CheckName
  /** The app it is about; null when it is about none. */
  appId: string | null
  /** One finding or several; what it throws becomes a failed one. */
  run(): Promise<Finding | readonly Finding[]>
}

/** A finding with the check that made it. */
export type CheckResult = Finding & { name: CheckName; appId: string | null }

/** All is well. */
export function pass(message: string): Finding {
  return { status: 'pass', message, hint: null }
}

/** It works, and yet somebody should know. */
export function warn(message: string, hint: string): Finding {
  return { status: 'warn', message, hint }
}

/** It does not work. */
export function fail(message: string, hint: string): Finding {
  return { status: 'fail', message, hint }
}

/** It could not be looked at. */
export function skip(message: string, hint: string | null = null): Finding {
  return { status: 'skip', message, hint }
}
