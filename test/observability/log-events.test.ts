import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { LOG_EVENTS } from '../../src/auth/log-event.ts'

const root = resolve(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'docs/observability.md'), 'utf8')

describe('the names of log lines', () => {
  it('are those of docs/observability.md, no more and no fewer', () => {
    const [, rest = ''] = page.split('| event | level | meaning |\n')
    const [table = ''] = rest.split('\n\n', 1)
    const rows = [...table.matchAll(/^\| (`.+?) \| (.+?) \| .+ \|$/gm)]
    const written = rows.flatMap(([, names = '']) => names.replaceAll('`', '').split(', '))
    expect(written.toSorted()).toEqual(LOG_EVENTS.toSorted())
    for (const [, names, level] of rows) {
      expect(`${names}: ${level}`).toMatch(/: (debug|info|warn|error|by `\w+`)/)
    }
  })

  it('stand in the order of the alphabet, each once', () => {
    expect(LOG_EVENTS).toEqual([...new Set(LOG_EVENTS)].toSorted())
  })

  it('are all written somewhere', () => {
    const src = join(root, 'src')
    const sources = readdirSync(src, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('log-event.ts'))
      .map((file) => readFileSync(join(src, file), 'utf8'))
      .join('\n')
    // These are made from the state of the session.
    const isMade = (event: string) => /^session_(completed|rejected|expired)$/.test(event)
    const isWritten = (event: string) => sources.includes(`'${event}'`) || isMade(event)
    expect(LOG_EVENTS.filter((event) => !isWritten(event))).toEqual([])
  })
})
