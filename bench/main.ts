import { availableParallelism, cpus, loadavg } from 'node:os'
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { TINY_SIZES, USUAL_SIZES } from './bench-sizes.ts'
import { printRaces, printTable } from './print-table.ts'
import { PARTS, runBench } from './run-bench.ts'

// Measures the compiled service beside floors and peers; docs/performance.md says how to read it.
// Usage: npm run bench -- [--only=tokens,races,refreshes,growth,waking,load] [--json] [--tiny] [--dist=<another build>]
const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    tiny: { type: 'boolean', default: false },
    only: { type: 'string' },
    dist: { type: 'string', default: fileURLToPath(new URL('../dist', import.meta.url)) },
  },
})
const startedAt = performance.now()
const sizes = values.tiny ? TINY_SIZES : USUAL_SIZES
const only = PARTS.filter((part) => values.only?.split(',').includes(part) ?? true)
const machine = {
  cores: availableParallelism(),
  processor: cpus()[0]?.model ?? 'unknown',
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
  loadBefore: loadavg()[0] ?? 0,
}
const { rows, races } = await runBench({
  product: {
    serviceArgs: [resolve(values.dist, 'main.js')],
    libraryUrl: pathToFileURL(resolve(values.dist, 'index.js')).href,
    nodeArgs: [],
  },
  sizes,
  only,
  onStep: (step) => console.error(`… ${step}`),
})
const seconds = Math.round((performance.now() - startedAt) / 1000)

if (values.json) {
  console.log(JSON.stringify({ machine, sizes, seconds, rows, races }, null, 2))
} else {
  const { node, cores, processor, platform, loadBefore } = machine
  if (rows.length > 0) console.log(`\n${printTable(rows)}`)
  if (races.length > 0) console.log(`\n${printRaces(races)}`)
  console.log(`\nNode ${node}, ${cores} × ${processor}, ${platform}; ${seconds} s.`)
  // Others at work take processor time from both, but not evenly.
  if (loadBefore > cores / 2) {
    console.log(`The machine was busy (load ${loadBefore.toFixed(1)}): trust the ratios at most.`)
  }
}
