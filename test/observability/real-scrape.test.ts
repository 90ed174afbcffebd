import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { PROBLEMS } from '../../src/http/problem.ts'
import { HTTP_ROUTES } from '../../src/observability/http-routes.ts'
import { type Service, startService } from '../support/service.ts'

/** The names that users know from before, and those of prom-client's own. */
const ALLOWED = [
  'lark_service_token_active_count',
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
]

describe('a scrape right after the start', () => {
  let service: Service
  let text = ''
  beforeAll(async () => {
    service = await startService({ env: { METRICS_HOST: 'localhost' } })
    text = await (await fetch(service.metricsUrl)).text()
  })
  afterAll(() => service.close())

  it('is found where the service says', () => {
    expect(service.metricsUrl).toMatch(/^http:\/\/localhost:\d+\/metrics$/)
    expect(service.logs.find(({ event }) => event === 'service_ready')?.metrics_url).toBe(
      service.metricsUrl,
    )
  })

  it('finds nothing that promtool complains about', () => {
    const checked = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })
    expect(checked.error).toBeUndefined()
    const complaints = `${checked.stdout}${checked.stderr}`.split('\n').filter(Boolean)
    expect(complaints.filter((line) => !ALLOWED.some((name) => line.startsWith(name)))).toEqual([])
  })

  it('shows every metric with every label set at zero', () => {
    const names = [...text.matchAll(/^# TYPE (lark_service_\w+) (counter|histogram)$/gm)]
    expect(names.length).toBeGreaterThan(30)
    const bare = names.filter(([, name]) => !new RegExp(`^${name}(_count)?[{ ]`, 'm').test(text))
    expect(bare.map(([, name]) => name)).toEqual([])
  })

  it('shows on every route the faults of ours or of Feishu, so that the first one counts', () => {
    const faults = Object.values(PROBLEMS).map(({ status }) => status)
    for (const status of new Set(faults.filter((one) => one >= 500))) {
      const series = new RegExp(`_http_requests_total\\{.*status_code="${status}"`, 'g')
      expect([...text.matchAll(series)].length, `${status}`).toBeGreaterThan(HTTP_ROUTES.length - 1)
    }
  })

  it('shows no point in time at the beginning of time', () => {
    const stamps = [...text.matchAll(/^(lark_service_\w+_timestamp_seconds\S*) (\S+)$/gm)]
    expect(stamps.length).toBeGreaterThan(5)
    const anHourAgo = Date.now() / 1000 - 3600
    expect(stamps.filter(([, , value]) => Number(value) < anHourAgo)).toEqual([])
  })

  it('knows what it was built from', () => {
    expect(text).toMatch(/^lark_service_build_info\{.*revision="[0-9a-f]{40}".*\} 1$/m)
  })

  it('tells of the audit chain once somebody has looked', async () => {
    await vi.waitFor(async () =>
      expect(await service.metric('lark_service_audit_chain_ok')).toBe(1),
    )
  })

  it('reads the gauges of the database and of this process', () => {
    for (const sample of [
      /^lark_service_tokens\{.*state="active"\} 0$/m,
      /^lark_service_tokens_by_key\{key_id="k\w+"\} 0$/m,
      /^lark_service_refresh_tokens_by_time_left\{.*bucket="7d"\} 0$/m,
      /^lark_service_token_refresh_lag_seconds\{.*\} 0$/m,
      /^lark_service_card_outbox_depth\{.*\} 0$/m,
      /^lark_service_db_size_bytes [1-9]\d*$/m,
      /^lark_service_circuit_state\{dependency="token_endpoint"\} 0$/m,
      /^lark_service_ready\{check="db"\} 1$/m,
      /^lark_service_ready\{check="websocket"\} 1$/m,
      /^lark_service_websocket_connection_status\{.*\} 1$/m,
    ]) {
      expect(text).toMatch(sample)
    }
  })
})
