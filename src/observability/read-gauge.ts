import { Gauge, type Registry } from 'prom-client'

/** Registers a gauge without labels that is read when it is scraped, and absent while there is nothing to read. */
export function registerReadGauge({
  registry,
  name,
  help,
  read,
}: {
  registry: Registry
  name: string
  help: string
  read: () => Promise<number | null>
}): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    async collect() {
      const value = await read()
      if (value === null) this.remove()
      else this.set(value)
    },
  })
}
