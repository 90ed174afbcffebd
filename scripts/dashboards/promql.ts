/** What every query of the service is narrowed to. */
const SERVICE = 'job=~"$job", instance=~"$instance"'

/** What a query of a metric with the label `app_id` is narrowed to. */
const APP = `${SERVICE}, app_id=~"$app_id"`

/** The window that fits the resolution of the graph and the scrape interval. */
const FITTING = '$__rate_interval'

/** Whatever happened in the time range that is shown. */
export const SHOWN = '$__range'

/** A metric of the process itself, under its own name. */
export function processMetric(name: string, ...matchers: string[]): string {
  return `${name}{${[SERVICE, ...matchers].join(', ')}}`
}

/** One of our metrics without `app_id`; the name lacks its prefix. */
export function metric(name: string, ...matchers: string[]): string {
  return processMetric(`lark_service_${name}`, ...matchers)
}

/** One of our metrics with `app_id`; the name lacks its prefix. */
export function appMetric(name: string, ...matchers: string[]): string {
  return `lark_service_${name}{${[APP, ...matchers].join(', ')}}`
}

/** Per second. */
export function rate(selector: string): string {
  return `rate(${selector}[${FITTING}])`
}

/** How many there were in a window. */
export function increase(selector: string, window = FITTING): string {
  return `increase(${selector}[${window}])`
}

/** How often a value changed. */
export function changes(selector: string, window = FITTING): string {
  return `changes(${selector}[${window}])`
}

/** Sums; `labels` are kept. */
export function sum(expression: string, ...labels: string[]): string {
  return aggregate('sum', expression, labels)
}

/** The largest; the only honest way to add up what every instance reads from the same database. */
export function max(expression: string, ...labels: string[]): string {
  return aggregate('max', expression, labels)
}

/** The smallest; `labels` are kept. */
export function min(expression: string, ...labels: string[]): string {
  return aggregate('min', expression, labels)
}

/** A quantile of a histogram, whose name lacks `_bucket`. */
export function quantile(share: number, histogram: string, ...labels: string[]): string {
  const buckets = histogram.replace('{', '_bucket{')
  return `histogram_quantile(${share}, ${sum(rate(buckets), 'le', ...labels)})`
}

/** A part of a whole: 0 when there is nothing, and absent only while the service is not scraped. */
export function share(part: string, whole: string): string {
  return `${part} / clamp_min(${whole}, 1e-9)`
}

/** Prometheus counts seconds, Grafana's clocks milliseconds. */
export function milliseconds(expression: string): string {
  return `${expression} * 1000`
}

function aggregate(operator: string, expression: string, labels: string[]): string {
  const kept = labels.length > 0 ? ` by (${labels.join(', ')})` : ''
  return `${operator}${kept} (${expression})`
}
