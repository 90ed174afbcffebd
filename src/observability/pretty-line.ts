/** Turns one JSON line of the log into one for a person: time, level, event and `name=value` pairs. */
export function toPrettyLine(line: string): string {
  const { level, time, event, ...fields } = parse(line)
  const clock = String(time).slice(11, 19)
  const pairs = Object.entries(fields).map(([name, value]) => `${name}=${show(value)}`)
  return `${[clock, String(level).padEnd(5), String(event), ...pairs].join(' ')}\n`
}

function parse(line: string): Record<string, unknown> {
  const fields: unknown = JSON.parse(line)
  return typeof fields === 'object' && fields !== null ? { ...fields } : {}
}

function show(value: unknown): string {
  return typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value)
}
