import { isIP } from 'node:net'
import { isCidr } from './is-cidr.ts'
import { listOf } from './list-of.ts'

/** The proxies whose `X-Forwarded-For` is believed; a network of everybody is none. */
export const trustedProxies = listOf((entry) => {
  if (entry === 'loopback' || isIP(entry) !== 0) return null
  if (!isCidr(entry)) return 'is neither loopback nor an address nor a CIDR such as 10.0.0.0/8'
  return /\/0+$/.test(entry) ? 'would believe everybody' : null
}, 'entry')
