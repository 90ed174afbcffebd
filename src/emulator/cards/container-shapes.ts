import { flag, like, listOf, object, type Shape, shape, text } from './card-rule.ts'
import {
  behaviors,
  box,
  common,
  components,
  confirm,
  cornerRadius,
  horizontalAlign,
  icon,
  layout,
  multiUrl,
  panelTitle,
  plainText,
  spacing,
  verticalAlign,
} from './shared-rules.ts'

const column: Shape = shape({
  ...common,
  ...layout,
  elements: components,
  background_style: text(),
  width: like(/^(auto|weighted|\d{2,3}px)$/),
  weight: { kind: 'number', oneOf: [1, 2, 3, 4, 5] },
  action: object({ multi_url: multiUrl }),
})

/**
 * The components that hold others.
 * @see https://open.feishu.cn/document/uAjLw4CM/ukzMukzMukzM/feishu-cards/card-json-v2-components/component-json-v2-overview
 */
export const CONTAINER_SHAPES: Readonly<Record<string, Shape>> = {
  column_set: shape(
    {
      ...common,
      flex_mode: text('none', 'stretch', 'flow', 'bisect', 'trisect'),
      horizontal_spacing: spacing,
      horizontal_align: horizontalAlign,
      background_style: text(),
      action: object({ multi_url: multiUrl }),
      columns: listOf({ kind: 'tagged', shapes: { column } }),
    },
    'columns',
  ),
  collapsible_panel: shape(
    {
      ...common,
      ...layout,
      expanded: flag,
      background_color: text(),
      border: object({ color: text(), corner_radius: cornerRadius }),
      elements: components,
      header: object({
        title: panelTitle,
        background_color: text(),
        width: text('fill', 'auto', 'auto_when_fold'),
        vertical_align: verticalAlign,
        padding: box,
        icon: icon({ size: like(/^\d{1,3}px \d{1,3}px$/) }),
        icon_position: text('left', 'right', 'follow_text'),
        icon_expanded_angle: { kind: 'number', oneOf: [-180, -90, 90, 180] },
      }),
    },
    'header',
  ),
  interactive_container: shape(
    {
      ...common,
      ...layout,
      width: like(/^(fill|auto|\d{2,3}px)$/),
      height: like(/^(auto|\d{2,3}px)$/),
      background_style: text(),
      has_border: flag,
      border_color: text(),
      corner_radius: cornerRadius,
      behaviors,
      hover_tips: plainText,
      disabled: flag,
      disabled_tips: plainText,
      confirm,
      elements: components,
    },
    'behaviors',
    'elements',
  ),
  form: shape({ ...common, ...layout, name: text(), elements: components }, 'name', 'elements'),
}
