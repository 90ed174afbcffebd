import { type LookupAddress, lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import type { AddressGuard } from './address-guard.ts'

/** Finds every address of a host name. */
export type ResolveHost = (host: string) => Promise<LookupAddress[]>

/** A host name that leads where no message may go. */
export class BlockedAddressError extends Error {
  constructor() {
    super('The receiver is at an address that is not public.')
    this.name = 'BlockedAddressError'
  }
}

/** A host name that could not be resolved. */
export class HostNotFoundError extends Error {
  constructor(cause: unknown) {
    super('The receiver was not found.', { cause })
    this.name = 'HostNotFoundError'
  }
}

/** Resolves as everything else on this machine does. */
export const resolveHost: ResolveHost = (host) =>
  new Promise((resolve, reject) => {
    lookup(host, { all: true }, (error, addresses) => {
      if (error) reject(error)
      else resolve(addresses)
    })
  })

/**
 * Creates the look-up for a socket. The socket connects to the very addresses that were checked, so a name that is pointed
 * elsewhere in between leads nowhere; one bad address among several refuses them all.
 */
export function createGuardedLookup(
  isAllowed: AddressGuard,
  resolve: ResolveHost = resolveHost,
): LookupFunction {
  return (host, options, done) => {
    resolve(host).then(
      (addresses) => {
        const [first] = addresses
        if (!first || !addresses.every(({ address }) => isAllowed(host, address))) {
          done(new BlockedAddressError(), [])
        } else if (options.all) done(null, addresses)
        else done(null, first.address, first.family)
      },
      (error: unknown) => done(new HostNotFoundError(error), []),
    )
  }
}
