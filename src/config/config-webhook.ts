import { isIP } from 'node:net'
import { z } from 'zod'
import { isSafeWebUrl } from './config-url.ts'
import { isCidr } from './is-cidr.ts'
import { listOf } from './list-of.ts'

/** Standard Webhooks asks for 24 to 64 bytes. */
const SHORTEST_SECRET = 24
const LONGEST_SECRET = 64

/** The address of the receiver; a port and a query are fine, a user and a fragment are not. */
export const webhookUrl = z
  .string()
  .refine(isSafeWebUrl, 'is not an https:// address (http:// only for localhost)')
  .refine((text) => !text.includes('#'), 'has a fragment (#…)')

/** `whsec_` and base64, comma separated; no fault repeats one. */
export const webhookSecrets = listOf((text) => {
  const [, base64] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? []
  if (base64 === undefined || base64.length % 4 !== 0) return 'is not whsec_ and base64'
  const { length } = Buffer.from(base64, 'base64')
  return length < SHORTEST_SECRET || length > LONGEST_SECRET
    ? `is not of ${SHORTEST_SECRET} to ${LONGEST_SECRET} bytes`
    : null
}, 'secret')

/** Host names, addresses and CIDRs, comma separated. */
export const allowedHosts = listOf((text) => {
  if (!text.includes('/')) return isIP(text) || isHostName(text) ? null : 'is no host name'
  return isCidr(text) ? null : 'is not a CIDR such as 10.0.0.0/8'
}, 'entry')

/** A name that begins its last label with a digit would be an address in disguise. */
function isHostName(text: string): boolean {
  return (
    text.length <= 253 && /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z][a-z0-9-]*$/i.test(text)
  )
}
