/** One text in the languages of the emulated people. */
export type Wording = { zh_cn: string; en_us: string; ja_jp: string }

/** A button on a card, in the order of reading. */
export type CardButton = {
  index: number
  text: Wording
  /** `open_url` when the button only opens a link; otherwise a tap calls the app back. */
  kind: 'open_url' | 'callback'
  /** The link it opens. */
  url?: string
  disabled: boolean
  /** The second question before the tap counts. */
  confirm?: { title: Wording; text: Wording }
  /** What the callback carries. */
  value?: Record<string, unknown>
  /** The name of the button, which the callback carries too. */
  name?: string
}

type Json = Record<string, unknown>

/** Finds every button of a card (JSON 2.0, and 1.0 as far as it goes). */
export function findButtons(card: Json): CardButton[] {
  const locales = isObject(card.config) ? card.config.locales : undefined
  const wordingOf = (text: unknown) => resolveWording(text, locales)
  return [...buttonsIn(card)].map((button, index) => readButton(button, index, wordingOf))
}

function* buttonsIn(value: unknown): Generator<Json> {
  if (Array.isArray(value)) {
    for (const item of value) yield* buttonsIn(item)
    return
  }
  if (!isObject(value)) return
  if (value.tag === 'button') return yield value
  const { body, elements, columns, actions, extra, button_area, buttons } = value
  for (const inside of [body, elements, columns, actions, extra, button_area, buttons]) {
    yield* buttonsIn(inside)
  }
}

function readButton(
  button: Json,
  index: number,
  wordingOf: (text: unknown) => Wording,
): CardButton {
  const behaviors = Array.isArray(button.behaviors) ? button.behaviors.filter(isObject) : []
  const opens = behaviors.find((behavior) => behavior.type === 'open_url')
  const calls = behaviors.find((behavior) => behavior.type === 'callback')
  const url = linkOf(opens) ?? linkOf(button)
  const value = calls?.value ?? button.value
  const read: CardButton = {
    index,
    text: wordingOf(button.text),
    // A button without behaviors still calls back, as every interactive component does.
    kind: url !== undefined && value === undefined ? 'open_url' : 'callback',
    disabled: button.disabled === true,
  }
  if (url !== undefined) read.url = url
  if (isObject(button.confirm)) {
    const { title, text } = button.confirm
    read.confirm = { title: wordingOf(title), text: wordingOf(text) }
  }
  if (isObject(value)) read.value = value
  if (typeof button.name === 'string') read.name = button.name
  return read
}

/** The emulated people sit at a desk: their platform's link wins over the default one. */
function linkOf(source: unknown): string | undefined {
  if (!isObject(source)) return undefined
  const { multi_url: multi } = source
  const candidates = [source.pc_url, source.default_url, source.url]
  if (isObject(multi)) candidates.push(multi.pc_url, multi.url)
  return candidates.find((url): url is string => typeof url === 'string' && url !== '')
}

function resolveWording(text: unknown, locales: unknown): Wording {
  const words = isObject(text) ? text : {}
  const translations = isObject(words.i18n_content) ? words.i18n_content : {}
  const inForce = (locale: string) => !Array.isArray(locales) || locales.includes(locale)
  const pick = (locale: keyof Wording): string => {
    const known = [
      inForce(locale) ? translations[locale] : undefined,
      words.content,
      translations.en_us,
      ...Object.values(translations),
    ]
    return known.find((word): word is string => typeof word === 'string' && word !== '') ?? ''
  }
  return { zh_cn: pick('zh_cn'), en_us: pick('en_us'), ja_jp: pick('ja_jp') }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
