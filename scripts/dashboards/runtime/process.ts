import { type Row, runbook } from '../dashboard.ts'
import { table, timeseries } from '../panels.ts'
import { changes, metric, processMetric, rate, sum } from '../promql.ts'

/** 80 % of 512 MiB, where the alert begins. */
const MUCH_MEMORY = 0.8 * 512 * 2 ** 20

/** The process and the machine it runs on. */
export const process: Row = {
  title: 'Process',
  panels: [
    timeseries({
      title: 'Restarts',
      description:
        'How often each instance began anew. More than 2 in 15 minutes is a crash loop; see the last lines of its log and its exit code.',
      queries: [
        { expr: changes(processMetric('process_start_time_seconds')), legend: '{{instance}}' },
      ],
      unit: 'short',
      decimals: 0,
      links: [runbook('LarkRestarting')],
      width: 12,
    }),
    table({
      title: 'Versions',
      description:
        'What is running, and on how many instances. More than one line for long is a deployment that got stuck.',
      queries: [
        {
          expr: `count by (version, revision, node_version) (${metric('build_info')})`,
        },
      ],
      unit: 'short',
      columns: [
        { field: 'version', heading: 'Version' },
        { field: 'revision', heading: 'Revision' },
        { field: 'node_version', heading: 'Node.js' },
        { field: 'Value', heading: 'Instances' },
      ],
      links: [runbook('LarkAuthDown')],
      width: 12,
    }),
    timeseries({
      title: 'CPU',
      description: 'Of one core. JavaScript runs on one, so near 100 % callers wait.',
      queries: [{ expr: rate(processMetric('process_cpu_seconds_total')), legend: '{{instance}}' }],
      unit: 'percentunit',
      links: [runbook('LarkEventLoopBlocked')],
      width: 8,
    }),
    timeseries({
      title: 'Memory',
      description:
        'What the process holds, and the part of it that JavaScript uses. The line is 80 % of 512 MiB, where the alert begins unless the limit is another.',
      queries: [
        { expr: processMetric('process_resident_memory_bytes'), legend: '{{instance}} in all' },
        { expr: processMetric('nodejs_heap_size_used_bytes'), legend: '{{instance}} JavaScript' },
      ],
      unit: 'bytes',
      steps: [
        { from: null, colour: 'green' },
        { from: MUCH_MEMORY, colour: 'orange' },
      ],
      lines: true,
      links: [runbook('LarkMemoryHigh')],
      width: 8,
    }),
    timeseries({
      title: 'Open files',
      description:
        'Files and connections. A number that only grows is a leak; new connections fail at the limit of the process.',
      queries: [{ expr: processMetric('process_open_fds'), legend: '{{instance}}' }],
      unit: 'short',
      links: [runbook('LarkRestarting')],
      width: 8,
    }),
    timeseries({
      title: 'Event loop delay',
      description:
        'How late all but 1 % of the turns were. The warning comes above half a second, the red line: nothing is answered in the meantime.',
      queries: [
        { expr: processMetric('nodejs_eventloop_lag_p99_seconds'), legend: '{{instance}}' },
      ],
      unit: 's',
      steps: [
        { from: null, colour: 'green' },
        { from: 0.5, colour: 'red' },
      ],
      lines: true,
      links: [runbook('LarkEventLoopBlocked')],
      width: 8,
    }),
    timeseries({
      title: 'Garbage collection',
      description: 'The share of time spent on it, by kind. Much of major is memory running out.',
      queries: [
        {
          expr: sum(rate(processMetric('nodejs_gc_duration_seconds_sum')), 'kind'),
          legend: '{{kind}}',
        },
      ],
      unit: 'percentunit',
      noValue: 'none yet',
      links: [runbook('LarkMemoryHigh')],
      width: 8,
    }),
    timeseries({
      title: 'Active resources',
      description: 'What keeps the event loop busy: sockets, timers, file operations.',
      queries: [
        { expr: sum(processMetric('nodejs_active_resources'), 'type'), legend: '{{type}}' },
      ],
      unit: 'short',
      width: 8,
    }),
  ],
}
