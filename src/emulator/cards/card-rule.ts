/** What one property of a card may hold. */
export type Rule =
  | { kind: 'string'; oneOf?: readonly string[]; pattern?: RegExp; maxLength?: number }
  | { kind: 'number'; min?: number; max?: number; oneOf?: readonly number[] }
  | { kind: 'boolean' }
  /** Any JSON object, its inside unchecked. */
  | { kind: 'free' }
  /** Any JSON at all. */
  | { kind: 'anything' }
  /** An object whose keys are free and whose values share one rule. */
  | { kind: 'map'; of: Rule; keys?: readonly string[] }
  | { kind: 'list'; of: Rule }
  | { kind: 'object'; shape: Shape }
  /** An object whose shape is chosen by its `tag` (or by `by`). */
  | { kind: 'tagged'; shapes: Readonly<Record<string, Shape>>; by?: string }
  /** A component of the body, chosen by its tag from the table of components. */
  | { kind: 'component' }

/** The properties an object may have; every other one is an error. */
export type Shape = {
  properties: Readonly<Record<string, Rule>>
  required?: readonly string[]
}

/** A string, of a closed set when values are given. */
export function text(...oneOf: string[]): Rule {
  return oneOf.length === 0 ? { kind: 'string' } : { kind: 'string', oneOf }
}

/** A string of a form. */
export function like(pattern: RegExp): Rule {
  return { kind: 'string', pattern }
}

/** A list of one rule. */
export function listOf(of: Rule): Rule {
  return { kind: 'list', of }
}

/** An object of exactly these properties, of which `required` must be there. */
export function object(properties: Record<string, Rule>, ...required: string[]): Rule {
  return { kind: 'object', shape: shape(properties, ...required) }
}

/** The properties of an object and which of them must be there. */
export function shape(properties: Record<string, Rule>, ...required: string[]): Shape {
  return { properties, required }
}

/** True or false. */
export const flag: Rule = { kind: 'boolean' }

/** Any number. */
export const number: Rule = { kind: 'number' }
