import type { Log } from '../auth/ports.ts'

export type { LogLevel } from '../auth/ports.ts'

/** Where this folder writes its lines; the fields never hold a token, code, secret or full URL. */
export type FeishuLog = Log
