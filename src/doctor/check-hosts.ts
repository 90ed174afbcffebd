import type { Clock } from '../auth/ports.ts'
import type { FeishuEndpoints } from '../feishu/hosts.ts'
import { type Probe, probeUrl } from '../feishu/probe-url.ts'
import { type Finding, fail, pass, skip, warn } from './check.ts'
import { unreachable } from './unreachable.ts'

/** Seconds. */
const NOTABLE_SKEW = 5
const HARMFUL_SKEW = 60

/** Looks at the hosts of Feishu, once for both checks. */
export function createHostChecks({
  hosts,
  clock,
  timeoutMs,
}: {
  hosts: readonly FeishuEndpoints[]
  clock: Clock
  timeoutMs?: number | undefined
}): { network(): Promise<Finding[]>; clock(): Promise<Finding> } {
  type Seen = { origin: string; probe: Probe; askedAt: number; answeredAt: number }
  let looking: Promise<Seen[]> | null = null
  const look = () => {
    looking ??= Promise.all(originsOf(hosts).map(lookAt))
    return looking
  }

  return {
    async network() {
      return (await look()).map(({ origin, probe }) => {
        if (probe.answered) return pass(`${origin} answers.`)
        const { problem, hint } = unreachable(probe)
        return fail(`${origin} cannot be reached: ${problem}.`, hint)
      })
    },

    async clock() {
      for (const { probe, askedAt, answeredAt } of await look()) {
        if (!probe.answered || probe.date === null) continue
        // The header has whole seconds, cut off: its middle is half a second later.
        const theirs = probe.date.getTime() + 500
        const seconds = Math.round(((askedAt + answeredAt) / 2 - theirs) / 1000)
        return judgeSkew(seconds)
      }
      return skip('No host has told the time.')
    },
  }

  async function lookAt(origin: string): Promise<Seen> {
    const askedAt = clock.now().getTime()
    const probe = await probeUrl(`${origin}/`, { timeoutMs })
    return { origin, probe, askedAt, answeredAt: clock.now().getTime() }
  }
}

function originsOf(hosts: readonly FeishuEndpoints[]): string[] {
  const urls = hosts.flatMap(({ api, accounts, tokenUrl }) => [api, accounts, tokenUrl])
  return [...new Set(urls.map((url) => new URL(url).origin))]
}

function judgeSkew(seconds: number): Finding {
  const distance = Math.abs(seconds)
  if (distance < NOTABLE_SKEW) return pass('The clock is right, by that of Feishu.')
  const words = `The clock of this machine is ${distance} s ${seconds > 0 ? 'ahead of' : 'behind'} that of Feishu.`
  const hint = 'Let it be set from the network: sudo timedatectl set-ntp true'
  return distance < HARMFUL_SKEW ? warn(words, hint) : fail(words, hint)
}
