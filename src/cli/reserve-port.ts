import { createServer, type Server } from 'node:net'

/** A port of 127.0.0.1 that nobody else gets until it is released. */
export type ReservedPort = { port: number; release(): Promise<void> }

const NEIGHBOURS = 10

/** Reserves the wanted port, else one of the next ten, else any: a first try must not fail on that. */
export async function reservePort(wanted: number): Promise<ReservedPort> {
  const last = Math.min(wanted + NEIGHBOURS, 65_535)
  for (let port = wanted; wanted !== 0 && port <= last; port++) {
    const holder = await hold(port)
    if (holder) return reserved(holder)
  }
  const holder = await hold(0)
  if (!holder) throw new Error('There is no free port on this machine.')
  return reserved(holder)
}

/** Null when somebody else has the port, or when only the administrator may take it. */
function hold(port: number): Promise<Server | null> {
  return new Promise((resolve) => {
    const holder = createServer()
    holder.once('error', () => resolve(null))
    holder.listen(port, '127.0.0.1', () => resolve(holder))
  })
}

function reserved(holder: Server): ReservedPort {
  const address = holder.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    release: () => new Promise((released) => holder.close(() => released())),
  }
}
