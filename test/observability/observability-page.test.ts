import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createMetrics } from '../../src/observability/metrics.ts'
import { APP } from './a-session.ts'

const root = resolve(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'docs/observability.md'), 'utf8')

describe('docs/observability.md', () => {
  it('lists every metric with its type and labels', async () => {
    const metrics = createMetrics({
      appIds: [APP],
      jobIntervalSeconds: { session_sweep: 5 },
      version: '1',
      clock: { now: () => new Date(0), sleep: async () => {} },
      log: () => undefined,
    })
    const real = (await metrics.list()).map(({ name, type, labels }) => [name, { type, labels }])
    const rows = page.matchAll(/^\| `(lark_service_\w+)` \| (\w+) \| (.+?) \|/gm)
    const written = [...rows].map(([, name, type, labels]) => [
      name,
      { type, labels: labels === '–' ? [] : labels?.replaceAll('`', '').split(', ') },
    ])
    expect(Object.fromEntries(written)).toEqual(Object.fromEntries(real))
  })
})
