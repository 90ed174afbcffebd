import { expect } from 'vitest'
import type { Fault } from '../../../src/emulator/index.ts'

/** One way in which Feishu fails to answer, and what has to become of it. */
export type Trouble = {
  name: string
  fault: Omit<Fault, 'match'>
  reason: 'upstream_5xx' | 'upstream_timeout' | 'rate_limited'
  /** The label `status` of the call in metrics. */
  status: 'server_error' | 'rate_limited' | 'timeout' | 'network'
  /** Whether Feishu gave a log id with its answer. */
  hasLogId: boolean
}

/** So long the services of these tests wait for Feishu. */
export const FEISHU_TIMEOUT_MS = 1000

/** Every way in which Feishu fails to answer. */
export const TROUBLES: readonly Trouble[] = [
  {
    name: 'answering 500',
    fault: { status: 500 },
    reason: 'upstream_5xx',
    status: 'server_error',
    hasLogId: true,
  },
  {
    name: 'answering 503',
    fault: { status: 503 },
    reason: 'upstream_5xx',
    status: 'server_error',
    hasLogId: true,
  },
  {
    name: 'answering 429',
    fault: { status: 429, headers: { 'x-ogw-ratelimit-reset': '7' } },
    reason: 'rate_limited',
    status: 'rate_limited',
    hasLogId: true,
  },
  {
    name: 'answering HTML',
    fault: { status: 200, body: '<html><h1>Maintenance</h1></html>' },
    reason: 'upstream_5xx',
    status: 'server_error',
    hasLogId: true,
  },
  {
    name: 'answering a gateway page',
    fault: { status: 502, body: '<html><h1>502 Bad Gateway</h1></html>' },
    reason: 'upstream_5xx',
    status: 'server_error',
    hasLogId: true,
  },
  {
    name: 'saying nothing for 30 s',
    fault: { delayMs: 30_000 },
    reason: 'upstream_timeout',
    status: 'timeout',
    hasLogId: false,
  },
  {
    name: 'cutting the connection before the request',
    fault: { cut: 'before' },
    reason: 'upstream_timeout',
    status: 'network',
    hasLogId: false,
  },
  {
    name: 'cutting the connection after the request',
    fault: { cut: 'after' },
    reason: 'upstream_timeout',
    status: 'network',
    hasLogId: false,
  },
]

/** What a log line holds of Feishu's log id, when there is one. */
export function logIdIn(trouble: Trouble): Record<string, unknown> {
  return trouble.hasLogId ? { logId: expect.stringMatching(/^\w{20,}$/) } : {}
}
