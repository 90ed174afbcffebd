import { flag, like, listOf, object, type Rule, type Shape, shape, text } from './card-rule.ts'

/**
 * The languages a card may be written in.
 * @see https://open.feishu.cn/document/feishu-cards/configure-multi-language-content
 */
export const CARD_LOCALES = [
  'zh_cn',
  'en_us',
  'zh_hk',
  'zh_tw',
  'ja_jp',
  'id_id',
  'vi_vn',
  'th_th',
  'pt_br',
  'es_es',
  'ko_kr',
  'de_de',
  'fr_fr',
  'it_it',
  'ru_ru',
  'ms_my',
] as const

/** One value per language. */
export function perLocale(of: Rule): Rule {
  return { kind: 'map', of, keys: CARD_LOCALES }
}

/** `element_id`: a letter, then letters, digits and underscores, 20 characters at most. */
export const elementId = like(/^[A-Za-z][A-Za-z0-9_]{0,19}$/)

const LENGTH = '-?\\d{1,3}(px)?'

/** One, two or four lengths, such as `4px 12px`. */
export const box = like(new RegExp(`^${LENGTH}( ${LENGTH}|( ${LENGTH}){3})?$`))

/** A named gap or a number of pixels. */
export const spacing = like(/^(small|medium|large|extra_large|default|\d{1,2}(px)?)$/)

/** Left, center or right. */
export const horizontalAlign = text('left', 'center', 'right')

/** Top, center or bottom. */
export const verticalAlign = text('top', 'center', 'bottom')

/** How a container lays its components out. */
export const layout = {
  direction: text('vertical', 'horizontal'),
  horizontal_spacing: spacing,
  horizontal_align: horizontalAlign,
  vertical_spacing: spacing,
  vertical_align: verticalAlign,
  padding: box,
} as const

/** What every component may have. */
export const common = { tag: text(), element_id: elementId, margin: box } as const

const wording = { content: text(), i18n_content: perLocale(text()) } as const

/** The words of a text: sizes and colours unknown to the client fall back, so any name passes. */
const textShape: Shape = shape({
  tag: text(),
  element_id: elementId,
  ...wording,
  text_size: text(),
  text_color: text(),
  text_align: horizontalAlign,
  lines: { kind: 'number', min: 1 },
})

/** The properties of a markdown text, as a component or as the title of a panel. */
export const markdownProperties = {
  ...common,
  ...wording,
  text_align: horizontalAlign,
  text_size: text(),
  icon: icon(),
} as const

/** A `plain_text` and nothing else. */
export const plainText: Rule = { kind: 'tagged', shapes: { plain_text: textShape } }

/** A `plain_text` or a `lark_md`. */
export const anyText: Rule = {
  kind: 'tagged',
  shapes: { plain_text: textShape, lark_md: textShape },
}

/** The title of a collapsible panel: `plain_text` or `markdown`. */
export const panelTitle: Rule = {
  kind: 'tagged',
  shapes: { plain_text: textShape, markdown: shape(markdownProperties) },
}

/** An icon of the library or a picture of one's own; only panels give it a size. */
export function icon(more: Record<string, Rule> = {}): Rule {
  return {
    kind: 'tagged',
    shapes: {
      standard_icon: shape({ tag: text(), token: text(), color: text(), ...more }, 'token'),
      custom_icon: shape(
        { tag: text(), img_key: text(), i18n_img_key: perLocale(text()), ...more },
        'img_key',
      ),
    },
  }
}

/** The second question before an interaction is sent. */
export const confirm = object({ title: plainText, text: plainText }, 'title', 'text')

/** What every interactive component may have. */
export const interactive = {
  ...common,
  name: text(),
  required: flag,
  disabled: flag,
  disabled_tips: plainText,
  hover_tips: plainText,
  confirm,
} as const

/**
 * Opening a link and calling back; the value of a callback must be an object.
 * @see https://open.feishu.cn/document/feishu-cards/configuring-card-interactions
 */
export const behaviors = listOf({
  kind: 'tagged',
  by: 'type',
  shapes: {
    open_url: shape(
      {
        type: text(),
        default_url: text(),
        pc_url: text(),
        ios_url: text(),
        android_url: text(),
      },
      'default_url',
    ),
    callback: shape({ type: text(), value: { kind: 'free' } }, 'value'),
  },
})

/** One link per platform. */
export const multiUrl = object({
  url: text(),
  pc_url: text(),
  ios_url: text(),
  android_url: text(),
})

/** The components inside a container. */
export const components = listOf({ kind: 'component' })

/** `default`, `fill` or a number of pixels. */
export const controlWidth = like(/^(default|fill|\d+px)$/)

/** A radius in pixels or percent. */
export const cornerRadius = like(/^\d{1,3}(px|%)?( \d{1,3}(px|%)?){0,3}$/)
