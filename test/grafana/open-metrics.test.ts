import { afterEach, describe, expect, it } from 'vitest'
import { type Service, startService } from '../support/service.ts'
import { missingPrograms } from './debian-programs.ts'
import { type LivePrometheus, startPrometheus } from './live-prometheus.ts'

const env = { METRICS_FORMAT: 'openmetrics' }

let service: Service | undefined
let prometheus: LivePrometheus | undefined
afterEach(async () => {
  await prometheus?.close()
  await service?.close()
})

it('METRICS_FORMAT=openmetrics answers in OpenMetrics, scrape after scrape', async () => {
  service = await startService({ env })
  for (const _scrape of ['first', 'second']) {
    const answer = await fetch(service.metricsUrl)
    expect(answer.headers.get('content-type')).toBe(
      'application/openmetrics-text; version=1.0.0; charset=utf-8',
    )
    const text = await answer.text()
    expect(text).toMatch(/^# TYPE lark_service_auth_success counter$/m)
    expect(text).toMatch(/^lark_service_auth_success_total\{.*\} 0$/m)
    expect(text).not.toMatch(/^# TYPE \w+_total counter$/m)
    expect(text).toMatch(/\n# EOF\n$/)
  }
})

const missing = missingPrograms('prometheus')
describe.skipIf(missing !== '')(`a real Prometheus${missing}`, { timeout: 60_000 }, () => {
  it('reads OpenMetrics under the same names', async () => {
    service = await startService({ env })
    prometheus = await startPrometheus(service.metricsUrl)
    await prometheus.scraped(1)
    for (const name of [
      'lark_service_auth_success_total',
      'lark_service_auth_duration_seconds_bucket',
      'lark_service_token_active_count',
      'process_cpu_seconds_total',
      'nodejs_active_handles_total',
    ]) {
      expect([name, (await prometheus.query(name)).length]).not.toEqual([name, 0])
    }
  })
})
