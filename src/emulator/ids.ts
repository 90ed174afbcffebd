import { createHash, randomBytes } from 'node:crypto'

/** Makes `bytes` random bytes as hex. */
export function randomHex(bytes: number): string {
  return randomBytes(bytes).toString('hex')
}

/** Makes a message id. */
export function newMessageId(): string {
  return `om_${randomHex(16)}`
}

/** Makes the log id Feishu puts into `X-Tt-Logid`: a local timestamp and random hex. */
export function newLogId(now: number): string {
  const stamp = new Date(now).toISOString().replace(/[-:T]/g, '').slice(0, 14)
  return `${stamp}${randomHex(9).toUpperCase()}`
}

/** Makes a token of the look and size of Feishu's user tokens: three base64url parts, 1-2 KB. */
export function newUserToken(): string {
  const part = (bytes: number) => randomBytes(bytes).toString('base64url')
  return `eyJhbGciOiJFUzI1NiIs${part(60)}.${part(900)}.${part(64)}`
}

/** Makes a tenant_access_token. */
export function newTenantToken(): string {
  return `t-g1${randomHex(19)}`
}

/** Makes an authorization code: 64 characters of `[A-Za-z0-9_-]`. */
export function newAuthorizationCode(): string {
  return randomBytes(48).toString('base64url')
}

/** Gives the id of the private chat between the bot and a person, the same at every start. */
export function privateChatId(openId: string): string {
  return `oc_${createHash('sha256').update(openId).digest('hex').slice(0, 32)}`
}
