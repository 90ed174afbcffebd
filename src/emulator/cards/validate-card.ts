import {
  type CardFault,
  duplicateElementId,
  notShared,
  retiredTag,
  tooMany,
  unreadable,
} from './card-fault.ts'
import type { Rule, Shape } from './card-rule.ts'
import { CARD_SHAPE, COMPONENT_SHAPES, RETIRED_TAGS } from './card-shape.ts'

const MOST_ELEMENTS = 200
const MOST_TABLES = 5
const LONGEST_BUTTON_TEXT = 100

/** Tags that need a name inside a form, because the name is the key of their value. */
const FORM_FIELDS = [
  'button',
  'input',
  'select_static',
  'multi_select_static',
  'select_person',
  'multi_select_person',
  'date_picker',
  'picker_time',
  'picker_datetime',
  'select_img',
  'checker',
]

const NOT_IN_FORM = ['form', 'table', 'chart']

/** What the walk gathers about the whole card. */
type Walk = { elements: number; tables: number; ids: Set<string>; names: Set<string> }

/** Where the walk is; `depth` counts the components above. */
type Place = { path: readonly string[]; key: string; depth: number; inForm: boolean }

type Json = Record<string, unknown>

/**
 * The first reason why Feishu would refuse this card of JSON 2.0, or undefined when it is right.
 * Unknown properties are errors in 2.0.
 * @see https://open.feishu.cn/document/feishu-cards/card-json-v2-breaking-changes-release-notes
 */
export function validateCard(card: unknown): CardFault | undefined {
  for (const fault of checkCard(card)) return fault
  return undefined
}

function* checkCard(card: unknown): Generator<CardFault> {
  const root: Place = { path: ['ROOT'], key: 'card', depth: 0, inForm: false }
  if (!isObject(card)) return yield expected('object', card, root)
  const walk: Walk = { elements: 0, tables: 0, ids: new Set(), names: new Set() }
  yield* checkShape(card, CARD_SHAPE, root, walk)
  if (isObject(card.config) && card.config.update_multi === false) yield notShared()
  if (walk.elements > MOST_ELEMENTS) yield tooMany('element', MOST_ELEMENTS)
  if (walk.tables > MOST_TABLES) yield tooMany('card table number', MOST_TABLES)
}

function* checkRule(value: unknown, rule: Rule, at: Place, walk: Walk): Generator<CardFault> {
  switch (rule.kind) {
    case 'anything':
      return
    case 'boolean':
      if (typeof value !== 'boolean') yield expected('bool', value, at)
      return
    case 'string':
      if (typeof value !== 'string') yield expected('string', value, at)
      else if (rule.oneOf !== undefined && !rule.oneOf.includes(value)) yield invalid(value, at)
      else if (rule.pattern !== undefined && !rule.pattern.test(value)) yield invalid(value, at)
      return
    case 'number':
      if (typeof value !== 'number') yield expected('number', value, at)
      else if (rule.oneOf !== undefined && !rule.oneOf.includes(value)) yield invalid(value, at)
      else if (value < (rule.min ?? value) || value > (rule.max ?? value)) yield invalid(value, at)
      return
    case 'list':
      if (!Array.isArray(value)) return yield expected('array', value, at)
      for (const [index, item] of value.entries()) {
        yield* checkRule(item, rule.of, step(at, `[${index}]`, item), walk)
      }
      return
    case 'free':
    case 'map':
    case 'object':
    case 'tagged':
    case 'component':
      if (!isObject(value)) return yield expected('object', value, at)
      yield* checkObject(value, rule, at, walk)
  }
}

function* checkObject(value: Json, rule: Rule, at: Place, walk: Walk): Generator<CardFault> {
  if (rule.kind === 'object') yield* checkShape(value, rule.shape, at, walk)
  if (rule.kind === 'component') yield* checkTagged(value, COMPONENT_SHAPES, 'tag', at, walk)
  if (rule.kind === 'tagged') yield* checkTagged(value, rule.shapes, rule.by ?? 'tag', at, walk)
  if (rule.kind === 'map') {
    for (const [key, item] of Object.entries(value)) {
      if (rule.keys !== undefined && !rule.keys.includes(key)) yield unknownProperty(key, at)
      else yield* checkRule(item, rule.of, step(at, key, item), walk)
    }
  }
}

function* checkTagged(
  value: Json,
  shapes: Readonly<Record<string, Shape>>,
  by: string,
  at: Place,
  walk: Walk,
): Generator<CardFault> {
  const tag = value[by]
  const path = at.path.join(' -> ')
  if (typeof tag !== 'string') return yield unreadable(`${by} is required, path: ${path}`)
  if (by === 'tag' && RETIRED_TAGS.includes(tag)) return yield retiredTag(tag, path)
  const shape = Object.hasOwn(shapes, tag) ? shapes[tag] : undefined
  if (shape === undefined) {
    return yield unreadable(`type of element is not supported ${by}: ${tag}, path: ${path}`)
  }
  if (by === 'tag') {
    walk.elements += 1
    if (tag === 'table') walk.tables += 1
    yield* checkElement(value, tag, at, walk)
  }
  const inForm = at.inForm || tag === 'form'
  yield* checkShape(value, shape, { ...at, inForm, depth: at.depth + 1 }, walk)
}

/** The rules that a list of properties cannot say. */
function* checkElement(value: Json, tag: string, at: Place, walk: Walk): Generator<CardFault> {
  const path = at.path.join(' -> ')
  const fail = (what: string) => unreadable(`${what}, path: ${path}`)
  const id = value.element_id
  if (typeof id === 'string') {
    if (walk.ids.has(id)) yield duplicateElementId(id, path)
    walk.ids.add(id)
  }
  if (['plain_text', 'lark_md', 'markdown'].includes(tag)) {
    if (value.content === undefined && value.i18n_content === undefined) {
      yield fail('content is required')
    }
  }
  if (tag === 'button') yield* checkButton(value, at)
  if (tag === 'form') {
    if (at.depth > 0) yield fail('form must be at the root of the card')
    if (!holdsSubmitButton(value.elements)) yield fail('form needs a submit button')
  }
  if (at.inForm && NOT_IN_FORM.includes(tag)) yield fail(`${tag} must not be in a form`)
  if (tag === 'form' || (at.inForm && FORM_FIELDS.includes(tag))) {
    const name = value.name
    if (typeof name !== 'string' || name === '') yield fail('name is required in a form')
    else if (walk.names.has(name)) yield fail(`name ${name} is used twice`)
    else walk.names.add(name)
  }
}

function* checkButton(button: Json, at: Place): Generator<CardFault> {
  const path = at.path.join(' -> ')
  if (button.form_action_type !== undefined && !at.inForm) {
    yield unreadable(`formActionType only in form, path: ${path}`)
  }
  const text = button.text
  if (!isObject(text)) return
  const locales = isObject(text.i18n_content) ? Object.values(text.i18n_content) : []
  for (const words of [text.content, ...locales]) {
    if (typeof words === 'string' && [...words].length > LONGEST_BUTTON_TEXT) {
      yield unreadable(`text of button is too long, path: ${path}`)
    }
  }
}

function holdsSubmitButton(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsSubmitButton)
  if (!isObject(value)) return false
  if (value.tag === 'button' && value.form_action_type === 'submit') return true
  return holdsSubmitButton(value.elements) || holdsSubmitButton(value.columns)
}

function* checkShape(value: Json, shape: Shape, at: Place, walk: Walk): Generator<CardFault> {
  for (const [key, item] of Object.entries(value)) {
    const rule = Object.hasOwn(shape.properties, key) ? shape.properties[key] : undefined
    if (rule === undefined) yield unknownProperty(key, at)
    else yield* checkRule(item, rule, step(at, key, item), walk)
  }
  for (const key of shape.required ?? []) {
    if (value[key] === undefined) {
      yield unreadable(`${key} is required, path: ${at.path.join(' -> ')}`)
    }
  }
}

function step(at: Place, key: string, value: unknown): Place {
  const tag = isObject(value) && typeof value.tag === 'string' ? `(tag: ${value.tag})` : ''
  return { ...at, key, path: [...at.path, `${key}${tag}`] }
}

function unknownProperty(key: string, at: Place): CardFault {
  return unreadable(`unknown property, property: ${key}, path: ${at.path.join(' -> ')}`)
}

function expected(type: string, value: unknown, at: Place): CardFault {
  const found = (JSON.stringify(value) ?? 'nothing').slice(0, 100)
  return unreadable(
    `expected ${type} for ${at.key}, but: ${found}, path: ${at.path.slice(0, -1).join(' -> ')}`,
  )
}

function invalid(value: string | number, at: Place): CardFault {
  return unreadable(
    `invalid value for ${at.key}: ${String(value).slice(0, 100)}, path: ${at.path.join(' -> ')}`,
  )
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
