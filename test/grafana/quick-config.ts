import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parse, stringify } from 'yaml'
import { prometheusFolder, yamlFiles } from './rule-files.ts'

/** Windows of the rules, in an order that stays; a scrape a second fills the shortest. */
const WINDOWS: Readonly<Record<string, string>> = {
  '5m': '5s',
  '10m': '8s',
  '15m': '10s',
  '30m': '12s',
  '1h': '30s',
  '2h': '35s',
  '6h': '40s',
  '3d': '60s',
}
const HOLD = '3s'

/** Every rule file by name, as it is but for its windows and how long an alert waits: hours become seconds. */
export function quickRules(): Map<string, string> {
  return new Map(
    yamlFiles('rules').map((file) => [basename(file), quicken(readFileSync(file, 'utf8'))]),
  )
}

function quicken(text: string): string {
  return text
    .replaceAll(/\[(\w+)\]/g, (_, window: string) => `[${quickWindow(window)}]`)
    .replaceAll(/^( +for: )\w+$/gm, `$1${HOLD}`)
}

function quickWindow(window: string): string {
  const quick = WINDOWS[window]
  if (quick === undefined) throw new Error(`the window ${window} has no short form yet`)
  return quick
}

/** Our `prometheus.yml` with a scrape and an evaluation a second, for this target and this Alertmanager. */
export function quickPrometheus(target: string, alertmanager: string): string {
  const config = readConfig('prometheus.yml')
  config.global = { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' }
  config.alerting = { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] }
  const [job] = config.scrape_configs ?? []
  config.scrape_configs = [{ ...job, static_configs: [{ targets: [target] }] }]
  return stringify(config)
}

/** Our `alertmanager.yml`, which waits for nothing and posts to this receiver. */
export function quickAlertmanager(receiver: string): string {
  const text = stringify(readConfig('alertmanager.yml'))
  return text
    .replaceAll(/group_wait: \w+/g, 'group_wait: 0s')
    .replaceAll(/group_interval: \w+/g, 'group_interval: 1s')
    .replaceAll(/http:\/\/127\.0\.0\.1:9095/g, receiver)
}

type Config = Record<string, unknown> & { scrape_configs?: Record<string, unknown>[] }

function readConfig(file: string): Config {
  return parse(readFileSync(join(prometheusFolder, file), 'utf8'))
}
