import type { CardAction } from './card-action.ts'
import type { CardLocale, Wording } from './wording.ts'

/**
 * A card of JSON 2.0, reduced to the tags and properties we use; any other property is refused by Feishu.
 * @see https://open.feishu.cn/document/feishu-cards/card-json-v2-structure
 */
export type Card = {
  schema: '2.0'
  config: {
    update_multi: true
    enable_forward: boolean
    width_mode: 'compact'
    locales: readonly CardLocale[]
    summary: Spoken
  }
  header: { title: PlainText; template: HeaderColour; icon?: StandardIcon }
  body: { elements: CardElement[] }
}

/** One text: `content` where a client knows no languages, `i18n_content` everywhere else. */
export type Spoken = { content: string; i18n_content: Wording }

/** The colours we give to headers. */
export type HeaderColour = 'blue' | 'green' | 'yellow' | 'orange' | 'grey'

/**
 * The icons we use.
 * @see https://open.feishu.cn/document/feishu-cards/enumerations-for-icons
 */
export type IconToken =
  | 'lock-chat_filled'
  | 'warning_filled'
  | 'yes_filled'
  | 'close_filled'
  | 'time_filled'
  | 'refresh_outlined'
  | 'down_outlined'

/** An icon of the library. */
type StandardIcon = { tag: 'standard_icon'; token: IconToken; color?: string }

/** Text shown as it is. */
type PlainText = { tag: 'plain_text' } & Spoken

/** Text in Feishu's markdown. */
type Markdown = {
  tag: 'markdown'
  text_size?: 'normal' | 'notation'
  icon?: StandardIcon
} & Spoken

/** A block of plain text. */
type Div = {
  tag: 'div'
  text: PlainText & { text_size: 'notation'; text_color: 'grey' }
}

/** What a tap does. */
type Behavior =
  | {
      type: 'open_url'
      default_url: string
      pc_url: string
      android_url: string
      ios_url: string
    }
  | { type: 'callback'; value: CardAction }

/** A button. */
export type Button = {
  tag: 'button'
  text: PlainText
  /** In JSON 2.0 `primary` is an outline; only `primary_filled` stands out. */
  type: 'primary_filled' | 'default' | 'danger_text'
  confirm?: { title: PlainText; text: PlainText }
  behaviors: [Behavior]
}

/** Columns beside each other. */
export type ColumnSet = {
  tag: 'column_set'
  flex_mode: 'flow' | 'none'
  horizontal_spacing?: 'medium'
  background_style?: 'yellow-50'
  columns: Column[]
}

/** One column. */
type Column = {
  tag: 'column'
  width: 'auto' | 'weighted'
  weight?: 1
  padding?: string
  elements: (Button | Markdown)[]
}

/** A panel that is folded until it is opened. */
type CollapsiblePanel = {
  tag: 'collapsible_panel'
  expanded: false
  header: {
    title: PlainText
    icon: StandardIcon & { size: string }
    icon_position: 'follow_text'
    icon_expanded_angle: -180
  }
  elements: Div[]
}

/** What may stand in the body. */
export type CardElement = Markdown | ColumnSet | CollapsiblePanel
