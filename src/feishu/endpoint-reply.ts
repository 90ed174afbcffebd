import { asRecord } from './judge-reply.ts'

/** What the SDK falls back to before the first reply; seconds. */
const CLIENT_CONFIG = {
  ReconnectCount: -1,
  ReconnectInterval: 120,
  ReconnectNonce: 30,
  PingInterval: 120,
}

/** A reply of the discovery of the long connection, as the SDK can take it, with Feishu's code. */
export type EndpointReply = { code: number; body: unknown }

/**
 * Mends what the SDK stumbles over: a refusal without `data` would be retried for ever as a TypeError, and a missing
 * number in `ClientConfig` becomes a flood of pings.
 */
export function reviewEndpointReply(reply: unknown): EndpointReply {
  const body = asRecord(reply) ?? {}
  const data = asRecord(body.data) ?? {}
  const told = Object.entries(asRecord(data.ClientConfig) ?? {}).filter(
    ([, value]) => typeof value === 'number' && Number.isFinite(value),
  )
  const ClientConfig = { ...CLIENT_CONFIG, ...Object.fromEntries(told) }
  return {
    code: typeof body.code === 'number' ? body.code : 0,
    body: { ...body, data: { URL: '', ...data, ClientConfig } },
  }
}
