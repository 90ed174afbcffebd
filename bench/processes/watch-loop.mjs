// Loaded before the service (`node --import`): tells, whenever it is asked, how long the event loop was held at most since then.
import { monitorEventLoopDelay } from 'node:perf_hooks'

const RESOLUTION_MS = 1
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
delay.enable()

process.on('message', () => {
  const heldMs = delay.count === 0 ? 0 : Math.max(0, delay.max / 1e6 - RESOLUTION_MS)
  delay.reset()
  process.send({ heldMs })
})
// It does not keep the service alive.
process.channel.unref()
