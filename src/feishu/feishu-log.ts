/** Every event name this folder logs; a closed set, so that alerts and searches can rely on them. */
export type FeishuLogEvent =
  | 'app_name_unknown'
  | 'card_click_answered'
  | 'card_click_duplicate'
  | 'card_click_failed'
  | 'card_click_slow'
  | 'card_click_unknown'
  | 'event_duplicate'
  | 'event_failed'
  | 'event_unknown'
  | 'feishu_call_failed'
  | 'feishu_call_retried'
  | 'long_connection_closed'
  | 'long_connection_failed'
  | 'long_connection_lost'
  | 'long_connection_ready'
  | 'long_connection_refused'
  | 'long_connection_restarting'
  | 'old_card_callback'
  | 'sdk_error'
  | 'sdk_message'
  | 'sdk_warning'

/** How serious a line is. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Where this folder writes its lines; the fields never hold a token, code, secret or full URL. */
export type FeishuLog = (
  level: LogLevel,
  event: FeishuLogEvent,
  fields: Record<string, unknown>,
) => void
