import { flag, listOf, number, object, type Shape, shape, text } from './card-rule.ts'
import {
  anyText,
  behaviors,
  box,
  confirm,
  controlWidth,
  icon,
  interactive,
  multiUrl,
  perLocale,
  plainText,
} from './shared-rules.ts'

const option = object({ text: plainText, icon: icon(), value: text() }, 'value')
const boxStyle = text('default', 'text')

const chooser = {
  ...interactive,
  type: boxStyle,
  placeholder: plainText,
  width: controlWidth,
  behaviors,
  options: listOf(option),
} as const

const picker = { ...interactive, placeholder: plainText, width: controlWidth, behaviors } as const

const button: Shape = shape({
  ...interactive,
  type: text(
    'default',
    'primary',
    'danger',
    'text',
    'primary_text',
    'danger_text',
    'primary_filled',
    'danger_filled',
    'laser',
  ),
  size: text('tiny', 'small', 'medium', 'large'),
  width: controlWidth,
  text: plainText,
  icon: icon(),
  behaviors,
  form_action_type: text('submit', 'reset'),
})

/**
 * The components a person acts on.
 * @see https://open.feishu.cn/document/uAjLw4CM/ukzMukzMukzM/feishu-cards/card-json-v2-components/component-json-v2-overview
 */
export const CONTROL_SHAPES: Readonly<Record<string, Shape>> = {
  button,
  input: shape({
    ...interactive,
    placeholder: plainText,
    default_value: text(),
    i18n_default_value: perLocale(text()),
    width: controlWidth,
    behaviors,
    max_length: { kind: 'number', min: 1, max: 1000 },
    input_type: text('text', 'multiline_text', 'password'),
    show_icon: flag,
    rows: number,
    auto_resize: flag,
    max_rows: number,
    label: plainText,
    label_position: text('top', 'left'),
    value: { kind: 'anything' },
  }),
  select_static: shape({ ...chooser, initial_option: text(), initial_index: number }),
  multi_select_static: shape({ ...chooser, selected_values: listOf(text()) }),
  select_person: shape({ ...chooser, initial_option: text() }),
  multi_select_person: shape({ ...chooser, selected_values: listOf(text()) }),
  date_picker: shape({ ...picker, initial_date: text(), value: { kind: 'anything' } }),
  picker_time: shape({ ...picker, initial_time: text(), value: { kind: 'anything' } }),
  picker_datetime: shape({ ...picker, initial_datetime: text(), value: { kind: 'anything' } }),
  overflow: shape({
    ...interactive,
    width: controlWidth,
    behaviors,
    options: listOf(
      object({ text: plainText, multi_url: multiUrl, value: { kind: 'anything' } }, 'text'),
    ),
    value: { kind: 'anything' },
  }),
  select_img: shape({
    ...interactive,
    multi_select: flag,
    layout: text('stretch', 'bisect', 'trisect'),
    can_preview: flag,
    aspect_ratio: text('1:1', '16:9', '4:3'),
    value: { kind: 'anything' },
    options: listOf(
      object(
        {
          img_key: text(),
          i18n_img_key: perLocale(text()),
          value: text(),
          disabled: flag,
          disabled_tips: plainText,
          hover_tips: plainText,
        },
        'img_key',
        'value',
      ),
    ),
    behaviors,
  }),
  checker: shape({
    ...interactive,
    checked: flag,
    text: anyText,
    overall_checkable: flag,
    button_area: object({
      pc_display_rule: text('always', 'on_hover'),
      buttons: listOf({ kind: 'tagged', shapes: { button } }),
    }),
    checked_style: object({ show_strikethrough: flag, opacity: number }),
    padding: box,
    confirm,
    behaviors,
  }),
}
