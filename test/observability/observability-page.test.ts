import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createMetrics } from '../../src/observability/metrics.ts'
import { APP } from './a-session.ts'

const root = resolve(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'docs/observability.md'), 'utf8')

describe('docs/observability.md', () => {
  it('lists every metric with its type and labels', async () => {
    const text = await createMetrics({
      appIds: [APP],
      sessions: { countPending: async () => [] },
      grants: { countUsable: async () => [] },
      jobIntervalSeconds: { session_sweep: 5 },
      version: '1',
      clock: { now: () => new Date(0) },
      log: () => undefined,
    }).render()
    const real = [...text.matchAll(/^# TYPE (lark_service_\S+) (\S+)$/gm)].map(
      ([, name = '', type]) => [name, { type, labels: labelsOf(name, text) }],
    )
    const rows = page.matchAll(/^\| `(lark_service_\w+)` \| (\w+) \| (.+?) \|/gm)
    const written = [...rows].map(([, name, type, labels]) => [
      name,
      { type, labels: labels === '–' ? [] : labels?.replaceAll('`', '').split(', ') },
    ])
    expect(Object.fromEntries(written)).toEqual(Object.fromEntries(real))
  })

  it('lists no log event that nothing writes', () => {
    const src = join(root, 'src')
    const sources = readdirSync(src, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readFileSync(join(src, file), 'utf8'))
      .join('\n')
    const table = page.slice(page.indexOf('| event | level |'))
    const events = [...table.matchAll(/^\| (`.+?) \|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`(\w+)`/g)].map(([, event = '']) => event),
    )
    expect(events.length).toBeGreaterThan(20)
    const isWritten = (event: string) =>
      sources.includes(`'${event}'`) || /^session_(completed|rejected|expired)$/.test(event)
    expect(events.filter((event) => !isWritten(event))).toEqual([])
  })
})

function labelsOf(name: string, text: string): string[] {
  const [, labels = ''] = new RegExp(`^${name}(?:_count|_sum)?\\{(.+)\\} `, 'm').exec(text) ?? []
  return [...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label)
}
