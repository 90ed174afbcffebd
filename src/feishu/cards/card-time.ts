/**
 * An instant as hours and minutes, shown in each reader's own zone.
 * @see https://open.feishu.cn/document/feishu-cards/card-json-v2-components/content-components/rich-text
 */
export function localTime(at: Date): string {
  return tag(at, 'time')
}

/** An instant with its day, shown in each reader's own zone and language. */
export function localDateTime(at: Date): string {
  return `${tag(at, 'date_short')} ${tag(at, 'time')}`
}

function tag(at: Date, format: 'time' | 'date_short'): string {
  return `<local_datetime millisecond='${at.getTime()}' format_type='${format}'></local_datetime>`
}
