/** One condition on a label. */
export type Matcher = { label: string; operator: string; value: string }

/** A metric in an expression, the conditions on it, and the window and function around it. */
export type Selector = {
  name: string
  matchers: Matcher[]
  /** `5m` in `rate(x[5m])`; null without one. */
  window: string | null
  /** `rate` in `rate(x[5m])`; null when no function is directly around it. */
  within: string | null
}

const SELECTOR =
  /(?:(?<within>\w+)\()?(?<name>[a-zA-Z_:][\w:]*)\{(?<matchers>[^}]*)\}(?:\[(?<window>[^\]]+)\])?/g
const MATCHER = /(?<label>\w+)(?<operator>=~|!~|!=|=)"(?<value>[^"]*)"/g

/** Every metric that an expression reads; the house style writes the braces always, and no braces in values. */
export function selectorsOf(expression: string): Selector[] {
  return [...expression.matchAll(SELECTOR)].map(({ groups = {} }) => ({
    name: groups.name ?? '',
    matchers: [...(groups.matchers ?? '').matchAll(MATCHER)].map(({ groups: found = {} }) => ({
      label: found.label ?? '',
      operator: found.operator ?? '',
      value: found.value ?? '',
    })),
    window: groups.window ?? null,
    within: groups.within ?? null,
  }))
}

/** The labels that an expression keeps: those in `by (…)`. */
export function keptLabelsOf(expression: string): string[] {
  return [...expression.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].flatMap(([, labels = '']) =>
    labels.split(',').map((label) => label.trim()),
  )
}
