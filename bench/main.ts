import { availableParallelism, cpus, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { TINY_SIZES, USUAL_SIZES } from './bench-sizes.ts'
import { printTable } from './print-table.ts'
import { runBench } from './run-bench.ts'

// Measures the compiled service beside a bare Express and better-sqlite3 server; docs/performance.md says how to read it.
const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    tiny: { type: 'boolean', default: false },
  },
})
const startedAt = performance.now()
const sizes = values.tiny ? TINY_SIZES : USUAL_SIZES
const machine = {
  cores: availableParallelism(),
  processor: cpus()[0]?.model ?? 'unknown',
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
  loadBefore: loadavg()[0] ?? 0,
}
const rows = await runBench({
  serviceArgs: [fileURLToPath(new URL('../dist/main.js', import.meta.url))],
  sizes,
  onStep: (step) => console.error(`… ${step}`),
})
const seconds = Math.round((performance.now() - startedAt) / 1000)

if (values.json) {
  console.log(JSON.stringify({ machine, sizes, seconds, rows }, null, 2))
} else {
  const { node, cores, processor, platform, loadBefore } = machine
  console.log(`\n${printTable(rows)}\n`)
  console.log(`Node ${node}, ${cores} × ${processor}, ${platform}; ${seconds} s.`)
  // Others at work take processor time from both, but not evenly.
  if (loadBefore > cores / 2) {
    console.log(`The machine was busy (load ${loadBefore.toFixed(1)}): trust the ratios at most.`)
  }
}
