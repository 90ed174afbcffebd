import autocannon from 'autocannon'

/** One request; every one is different. */
export type BenchRequest = {
  method: 'GET' | 'POST'
  path: string
  headers: Record<string, string>
  body?: string
}

/** How a round went. */
export type Round = { perSecond: number; p99Ms: number }

const ANSWER_SECONDS = 30

/**
 * Sends each request once, as fast as the connections allow: a connection sends the next one when it has its answer.
 *
 * @throws {Error} when any answer has another status: a bench of failures says nothing.
 */
export async function sendRequests(
  url: string,
  requests: readonly BenchRequest[],
  options: { connections: number; status: number },
): Promise<Round> {
  const connections = Math.min(options.connections, requests.length)
  let clients = 0
  const run = autocannon({
    url,
    connections,
    amount: requests.length,
    timeout: ANSWER_SECONDS,
    sampleInt: 50,
    setupClient(client) {
      const mine = clients++
      client.setRequests(requests.filter((_, index) => index % connections === mine))
    },
  })
  const times: number[] = []
  const statuses = new Map<number, number>()
  const startedAt = performance.now()
  let endedAt = startedAt
  run.on('response', (_client, status: number, _bytes: number, milliseconds: number) => {
    endedAt = performance.now()
    times.push(milliseconds)
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
  })
  const { errors, timeouts } = await run
  if (statuses.get(options.status) !== requests.length) {
    const seen = JSON.stringify(Object.fromEntries(statuses))
    throw new Error(
      `expected ${requests.length} × ${options.status}, got ${seen}, ${errors} errors, ${timeouts} time-outs`,
    )
  }
  times.sort((a, b) => a - b)
  return {
    perSecond: requests.length / ((endedAt - startedAt) / 1000),
    p99Ms: times[Math.ceil(times.length * 0.99) - 1] ?? 0,
  }
}
