import { flag, listOf, object, type Rule, type Shape, shape, text } from './card-rule.ts'
import { CONTAINER_SHAPES } from './container-shapes.ts'
import { CONTENT_SHAPES } from './content-shapes.ts'
import { CONTROL_SHAPES } from './control-shapes.ts'
import {
  anyText,
  box,
  CARD_LOCALES,
  components,
  elementId,
  icon,
  layout,
  perLocale,
  plainText,
} from './shared-rules.ts'

/** Every component of JSON 2.0, by its tag. */
export const COMPONENT_SHAPES: Readonly<Record<string, Shape>> = {
  ...CONTENT_SHAPES,
  ...CONTAINER_SHAPES,
  ...CONTROL_SHAPES,
}

/** Components of JSON 1.0 that 2.0 no longer has (answered with 200861). */
export const RETIRED_TAGS: readonly string[] = ['action', 'note']

const perPlatform: Rule = { kind: 'map', of: { kind: 'number' } }

const textTags = listOf({
  kind: 'tagged',
  shapes: {
    text_tag: shape({ tag: text(), element_id: elementId, text: plainText, color: text() }),
  },
})

/**
 * The whole card.
 * @see https://open.feishu.cn/document/uAjLw4CM/ukzMukzMukzM/feishu-cards/card-json-v2-structure
 */
export const CARD_SHAPE: Shape = shape({
  schema: text('2.0'),
  config: object({
    streaming_mode: flag,
    streaming_config: object({
      print_frequency_ms: perPlatform,
      print_step: perPlatform,
      print_strategy: text('fast', 'delay'),
    }),
    summary: object({ content: text(), i18n_content: perLocale(text()) }),
    locales: listOf({ kind: 'string', oneOf: CARD_LOCALES }),
    enable_forward: flag,
    update_multi: flag,
    width_mode: text('default', 'compact', 'fill'),
    use_custom_translation: flag,
    enable_forward_interaction: flag,
    style: object({
      text_size: { kind: 'map', of: object({ default: text(), pc: text(), mobile: text() }) },
      color: { kind: 'map', of: object({ light_mode: text(), dark_mode: text() }) },
    }),
  }),
  card_link: object({ url: text(), pc_url: text(), ios_url: text(), android_url: text() }),
  header: object(
    {
      title: anyText,
      subtitle: anyText,
      text_tag_list: textTags,
      i18n_text_tag_list: perLocale(textTags),
      template: text(
        'blue',
        'wathet',
        'turquoise',
        'green',
        'yellow',
        'orange',
        'red',
        'carmine',
        'violet',
        'purple',
        'indigo',
        'grey',
        'default',
      ),
      icon: icon(),
      padding: box,
    },
    'title',
  ),
  body: object({ ...layout, elements: components }),
})
