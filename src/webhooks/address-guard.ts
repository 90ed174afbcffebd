import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Tells whether a message may go to this address, which this host name stands for. */
export type AddressGuard = (host: string, address: string) => boolean

/** Ranges that an allowed name may lead to; never link-local, where clouds keep their credentials. */
const INSIDE = new Set(['loopback', 'private', 'uniqueLocal', 'carrierGradeNat'])

/**
 * Creates the guard: only public unicast addresses, and what is allowed on top, by host name or by CIDR.
 *
 * An address inside another one (IPv4-mapped, 6to4, NAT64 …) is not looked into: none of them is needed to reach a receiver.
 */
export function createAddressGuard(allowedHosts: readonly string[]): AddressGuard {
  const names = new Set(allowedHosts.map((host) => host.toLowerCase()))
  const networks = allowedHosts.flatMap(readNetwork)

  return (host, address) => {
    if (!ipaddr.isValid(address)) return false
    const parsed = ipaddr.parse(address)
    if (isPublic(parsed)) return true
    if (names.has(host.toLowerCase()) && INSIDE.has(parsed.range())) return true
    return networks.some((network) => isWithin(parsed, network))
  }
}

/** Everything that is given out in IPv6 today; what is outside, such as `::a.b.c.d`, may still lead inside. */
const GLOBAL_UNICAST: Network = [ipaddr.IPv6.parse('2000::'), 3]

/**
 * Answers the machines of Azure alone, with what they are told at their start; of all addresses of this kind it alone looks public.
 * https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
 */
const WIRE_SERVER = '168.63.129.16'

function isPublic(address: Address): boolean {
  if (address.toString() === WIRE_SERVER) return false
  if (address.range() !== 'unicast') return false
  return address.kind() === 'ipv4' || isWithin(address, GLOBAL_UNICAST)
}

function isWithin(address: Address, [network, bits]: Network): boolean {
  return network.kind() === address.kind() && address.match(network, bits)
}

type Network = ReturnType<typeof ipaddr.parseCIDR>
type Address = Network[0]

function readNetwork(text: string): Network[] {
  if (ipaddr.isValidCIDR(text)) return [ipaddr.parseCIDR(text)]
  const version = isIP(text)
  return version === 0 ? [] : [ipaddr.parseCIDR(`${text}/${version === 4 ? 32 : 128}`)]
}
