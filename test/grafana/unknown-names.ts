import type { Family } from './exposition.ts'

/** Labels that Prometheus puts on everything it scrapes. */
const TARGET_LABELS = ['job', 'instance']
/** What Prometheus makes itself. */
const ITS_OWN = new Set(['up', 'ALERTS'])

const METRIC =
  /\b(?<name>(?:lark_service[_:]|nodejs_|process_)[\w:]*|up)\b(?:\{(?<matchers>[^}]*)\})?/g
const MATCHER = /(?<label>\w+)(?:=~|!~|!=|=)"(?<value>[^"]*)"/g

/** Everything in a PromQL expression that the service does not expose: metrics, labels, and values of labels. */
export function unknownNames(
  expression: string,
  families: ReadonlyMap<string, Family>,
  recorded: ReadonlySet<string>,
): string[] {
  const unknown: string[] = []
  const labels = new Set([...TARGET_LABELS, 'le'])
  const used = [...withoutStringsAndLabels(expression).matchAll(METRIC)].map(({ groups }) => groups)
  for (const { name = '', matchers = '' } of used.map((groups) => groups ?? {})) {
    if (ITS_OWN.has(name)) continue
    if (recorded.has(name)) {
      labels.add('app_id')
      continue
    }
    const family = families.get(name)
    if (family === undefined) {
      unknown.push(name)
      continue
    }
    for (const label of family.keys()) labels.add(label)
    for (const { groups: { label = '', value = '' } = {} } of matchers.matchAll(MATCHER)) {
      if (!TARGET_LABELS.includes(label)) unknown.push(...unknownValues(name, family, label, value))
    }
  }
  const kept = [...expression.matchAll(/\b(?:by|on|without) \(([^)]*)\)/g)].flatMap(
    ([, list = '']) => list.split(',').map((label) => label.trim()),
  )
  return [...unknown, ...kept.filter((label) => !labels.has(label)).map((label) => `by ${label}`)]
}

/** The names of labels in `by (…)` are no metrics. */
function withoutStringsAndLabels(expression: string): string {
  return expression.replaceAll(/\b(?:by|on|without) \([^)]*\)/g, '')
}

/** Of alternatives each must be there; another pattern must fit something. */
function unknownValues(name: string, family: Family, label: string, value: string): string[] {
  const values = [...(family.get(label) ?? [])]
  if (values.length === 0) return family.size === 0 ? [] : [`${name}{${label}}`]
  const alternatives = /^[\w|]+$/.test(value) ? value.split('|') : [value]
  return alternatives
    .filter((pattern) => !values.some((each) => new RegExp(`^(?:${pattern})$`).test(each)))
    .map((pattern) => `${name}{${label}="${pattern}"}`)
}
