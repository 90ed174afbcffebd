import { flag, like, listOf, number, object, type Shape, shape, text } from './card-rule.ts'
import {
  anyText,
  common,
  cornerRadius,
  icon,
  markdownProperties,
  perLocale,
  plainText,
} from './shared-rules.ts'

const avatarSize = text('extra_small', 'small', 'medium', 'large')
const imageKey = { img_key: text(), i18n_img_key: perLocale(text()) } as const

/**
 * The components that only show something.
 * @see https://open.feishu.cn/document/uAjLw4CM/ukzMukzMukzM/feishu-cards/card-json-v2-components/component-json-v2-overview
 */
export const CONTENT_SHAPES: Readonly<Record<string, Shape>> = {
  div: shape({
    ...common,
    width: like(/^(fill|auto|\d{2,3}px)$/),
    text: anyText,
    icon: icon(),
  }),
  markdown: shape(markdownProperties),
  hr: shape(common),
  img: shape(
    {
      ...common,
      ...imageKey,
      alt: plainText,
      title: anyText,
      corner_radius: cornerRadius,
      scale_type: text('crop_center', 'crop_top', 'fit_horizontal'),
      size: like(/^(stretch|large|medium|small|tiny|\d{1,4}px \d{1,4}px)$/),
      transparent: flag,
      preview: flag,
      mode: text('crop_center', 'fit_horizontal', 'stretch', 'large', 'medium', 'small', 'tiny'),
      custom_width: number,
      compact_width: flag,
    },
    'img_key',
    'alt',
  ),
  img_combination: shape(
    {
      ...common,
      combination_mode: text('double', 'triple', 'bisect', 'trisect'),
      combination_transparent: flag,
      corner_radius: cornerRadius,
      img_list: listOf(object({ ...imageKey }, 'img_key')),
    },
    'combination_mode',
    'img_list',
  ),
  person: shape(
    {
      ...common,
      size: avatarSize,
      show_avatar: flag,
      show_name: flag,
      style: text('normal', 'capsule'),
      user_id: text(),
    },
    'user_id',
  ),
  person_list: shape(
    {
      ...common,
      drop_invalid_user_id: flag,
      lines: { kind: 'number', min: 1 },
      show_name: flag,
      show_avatar: flag,
      size: avatarSize,
      persons: listOf(object({ id: text() }, 'id')),
      icon: icon(),
      ud_icon: object({ token: text(), style: object({ color: text() }) }),
    },
    'persons',
  ),
  chart: shape(
    {
      ...common,
      aspect_ratio: text('1:1', '2:1', '4:3', '16:9'),
      color_theme: text(),
      chart_spec: { kind: 'free' },
      preview: flag,
      height: like(/^(auto|\d{1,3}px)$/),
    },
    'chart_spec',
  ),
  table: shape(
    {
      ...common,
      page_size: { kind: 'number', min: 1, max: 10 },
      row_height: text(),
      row_max_height: text(),
      header_style: { kind: 'free' },
      freeze_first_column: flag,
      columns: listOf({ kind: 'free' }),
      rows: listOf({ kind: 'free' }),
    },
    'columns',
    'rows',
  ),
  audio: shape({
    ...common,
    file_key: text(),
    i18n_file_key: perLocale(text()),
    audio_id: text(),
    disabled: flag,
    disabled_tips: plainText,
    show_progress_bar: flag,
    show_time: flag,
    time_display: text(),
    time_position: text(),
    border: { kind: 'free' },
    style: text(),
    padding: text(),
    background_style: text(),
    fill_color: text(),
    width: text(),
    fallback: { kind: 'free' },
  }),
}
