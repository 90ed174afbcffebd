import { Gauge, type Registry } from 'prom-client'
import { OTHER } from './label-sets.ts'

/** The label of grants whose tokens are not known to be sealed with one key. */
const UNKNOWN = 'unknown'

/** Registers the gauge of grants by the key that sealed them; keys that are not configured are `other`. */
export function registerKeyGauge({
  registry,
  keyIds,
  read,
}: {
  registry: Registry
  keyIds: readonly string[]
  read: () => Promise<readonly { keyId: string | null; count: number }[] | null>
}): void {
  new Gauge({
    name: 'lark_service_tokens_by_key',
    help: 'Grants by the key that sealed both their tokens; unknown may be two keys, other is not configured.',
    labelNames: ['key_id'],
    registers: [registry],
    async collect() {
      const counts = await read()
      this.reset()
      if (counts === null) return
      for (const key_id of [...keyIds, UNKNOWN, OTHER]) this.set({ key_id }, 0)
      for (const { keyId, count } of counts) this.inc({ key_id: labelOf(keyId) }, count)
    },
  })

  function labelOf(keyId: string | null): string {
    if (keyId === null) return UNKNOWN
    return keyIds.includes(keyId) ? keyId : OTHER
  }
}
