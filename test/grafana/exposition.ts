/** The series of one family: every value that each label has. */
export type Family = Map<string, Set<string>>

const SAMPLE = /^(?<name>[a-zA-Z_:][\w:]*)(?:\{(?<labels>.*)\})? \S+$/gm
const LABEL = /(?<label>\w+)="(?<value>(?:[^"\\]|\\.)*)"/g

/** Reads what `/metrics` answers: every series name with its labels and their values, and families without samples. */
export function readExposition(text: string): Map<string, Family> {
  const families = new Map<string, Family>()
  for (const [, name = ''] of text.matchAll(/^# TYPE (\S+) /gm)) families.set(name, new Map())
  for (const [, name = ''] of text.matchAll(/^# TYPE (\S+) histogram$/gm)) {
    for (const part of ['bucket', 'sum', 'count']) families.set(`${name}_${part}`, new Map())
  }
  for (const { groups = {} } of text.matchAll(SAMPLE)) {
    const family = families.get(groups.name ?? '') ?? new Map<string, Set<string>>()
    families.set(groups.name ?? '', family)
    for (const { groups: found = {} } of (groups.labels ?? '').matchAll(LABEL)) {
      const values = family.get(found.label ?? '') ?? new Set()
      family.set(found.label ?? '', values.add(found.value ?? ''))
    }
  }
  return families
}
