import { createServer } from 'node:net'

/** A port of 127.0.0.1 that nobody else gets until it is released. */
export type ReservedPort = { port: number; release(): Promise<void> }

/** Reserves the wanted port, or any free one when somebody else has it: a first try must not fail on that. */
export function reservePort(wanted: number): Promise<ReservedPort> {
  return new Promise((resolve, reject) => {
    const holder = createServer()
    holder.once('error', (error) => {
      if (wanted === 0) reject(error)
      else reservePort(0).then(resolve, reject)
    })
    holder.listen(wanted, '127.0.0.1', () => {
      const address = holder.address()
      const port = typeof address === 'object' && address ? address.port : wanted
      const release = () => new Promise<void>((released) => holder.close(() => released()))
      resolve({ port, release })
    })
  })
}
