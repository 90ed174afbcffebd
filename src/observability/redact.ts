import { types } from 'node:util'
import { describeError } from './describe-error.ts'
import { createMaskText, MASK } from './mask-text.ts'
import { type IsSecret, judgeField } from './secret-names.ts'

/** Makes a copy of log fields that is safe to write and to turn into JSON. */
export type Redact = (fields: Record<string, unknown>) => Record<string, unknown>

const DEEPEST = 6
const MOST_ENTRIES = 50
const LONGEST_TEXT = 2000
/** The names of our own fields are far fewer; those of others, in what was nested, are judged each time. */
const MOST_NAMES = 500

/** Creates the redaction of log fields; `secrets` are masked wherever and however they are spelled. */
export function createRedact(secrets: readonly string[]): Redact {
  const maskText = createMaskText(secrets)
  const judged = new Map<string, { safeName: string; isSecret: IsSecret }>()

  return (fields) => redactFields(fields, 0, [])

  function redactFields(fields: object, depth: number, above: readonly object[]) {
    const safe: Record<string, unknown> = {}
    for (const [name, value] of Object.entries(fields).slice(0, MOST_ENTRIES)) {
      const { safeName, isSecret } = judge(name)
      safe[safeName] = isSecret(value) ? MASK : redactValue(value, depth + 1, [...above, fields])
    }
    return safe
  }

  /** Every line has the same few names, and judging one takes longer than writing it. */
  function judge(name: string) {
    const known = judged.get(name)
    if (known) return known
    const verdict = { safeName: maskText(name), isSecret: judgeField(name) }
    if (judged.size < MOST_NAMES) judged.set(name, verdict)
    return verdict
  }

  function redactValue(value: unknown, depth: number, above: readonly object[]): unknown {
    if (typeof value === 'string') return maskText(value).slice(0, LONGEST_TEXT)
    if (typeof value === 'bigint') return String(value)
    if (typeof value === 'symbol' || typeof value === 'function') return undefined
    if (typeof value !== 'object' || value === null) return value
    if (types.isNativeError(value) || value instanceof Error) return describeError(value, maskText)
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
    if (value instanceof URL) return maskText(value.href)
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return '[bytes]'
    if (above.includes(value)) return '[circular]'
    if (depth > DEEPEST) return '[deep]'
    if (value instanceof Map) return redactFields(Object.fromEntries(value), depth, above)
    if (Array.isArray(value) || value instanceof Set) {
      return [...value]
        .slice(0, MOST_ENTRIES)
        .map((item) => redactValue(item, depth + 1, [...above, value]))
    }
    return redactFields(value, depth, above)
  }
}
