import { Command } from 'commander'
import { jobIntervalSeconds } from '../jobs/schedules.ts'
import { createMetrics } from '../observability/metrics.ts'
import { createSystemClock } from '../system-clock.ts'
import { VERSION } from '../version.ts'

/** `metrics list`: what a service of this version measures; it needs no configuration and no running service. */
export function metricsCommand(): Command {
  const metrics = new Command('metrics').description('what the service measures')
  metrics
    .command('list')
    .description('every metric with its type, labels and meaning')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: true }) => {
      const list = await createMetrics({
        appIds: [],
        jobIntervalSeconds: jobIntervalSeconds(),
        version: VERSION,
        clock: createSystemClock(),
        log: () => {},
      }).list()
      if (json) console.log(JSON.stringify(list, null, 2))
      else for (const metric of list) console.log(inWords(metric))
    })
  return metrics
}

function inWords({
  name,
  type,
  labels,
  help,
}: {
  name: string
  type: string
  labels: readonly string[]
  help: string
}): string {
  const braced = labels.length > 0 ? `{${labels.join(', ')}}` : ''
  return `${name}${braced} ${type}\n  ${help}`
}
