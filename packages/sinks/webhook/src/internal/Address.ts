/** Which addresses are public, and name resolution that gives no other. */
import ipaddr from "ipaddr.js"
import { isIP, type LookupFunction } from "node:net"
import type { LookupAddress } from "node:dns"
import { WebhookAddressRefused } from "../WebhookError.ts"

/**
 * What keeps an address from being public (`loopback`, `private`, …); undefined where nothing does.
 *
 * Only what is allocated for public use passes (the IANA registries of special-purpose addresses, RFC 6890): a list of
 * what is refused would miss the next such range. IPv4 inside IPv6 is judged as the IPv4 that the packets will reach:
 * mapped addresses, and those of NAT64 (RFC 6052), which are how public hosts look to a network without IPv4.
 */
export const refusalOf = (address: string): string | undefined => {
  const parsed = parse(address)
  if (parsed === undefined) return "unreadable"
  if (!(parsed instanceof ipaddr.IPv6)) return refusedRange(parsed.range())
  if (parsed.match(nat64)) return refusedRange(new ipaddr.IPv4(parsed.toByteArray().slice(12)).range())
  return refusedRange(parsed.range()) ?? (parsed.match(globalUnicast) ? undefined : "reserved")
}

/**
 * Whether it is this machine: what goes there is seen by nobody on the way. Names below `.localhost` do not count: a name
 * server may answer for them. Where `localhost` itself leads is looked at when a socket is opened.
 */
export const isLoopback = (host: string): boolean => /^localhost\.?$/i.test(host) || parse(host)?.range() === "loopback"

/**
 * Read as sockets read it. ipaddr.js takes `::1.2.3.4` for a mapped address, and `010.0.0.1` for another than Node
 * does: it is given only what has one meaning, IPv6 in its hexadecimal form.
 */
const parse = (address: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined => {
  switch (isIP(address)) {
    case 4:
      return ipaddr.IPv4.parse(address)
    case 6:
      // The zone says on which of our networks, not which address.
      return ipaddr.process(new URL(`http://[${address.replace(/%[^]*$/, "")}]/`).hostname.slice(1, -1))
  }
  return undefined
}

const nat64 = ipaddr.IPv6.parseCIDR("64:ff9b::/96")
/** All that is allocated for public use (RFC 4291, 2.4). */
const globalUnicast = ipaddr.IPv6.parseCIDR("2000::/3")

const names: Readonly<Record<string, string>> = {
  linkLocal: "link-local",
  uniqueLocal: "private",
  deprecatedSiteLocal: "private",
  carrierGradeNat: "of a carrier's NAT",
  loopback: "loopback",
  private: "private",
  multicast: "multicast",
  unspecified: "unspecified",
}

const refusedRange = (range: string): string | undefined => range === "unicast" ? undefined : names[range] ?? "reserved"

/**
 * Resolves as `resolve` does, and keeps what is public.
 *
 * The socket connects to what this gives and asks nobody again, so a name that answers differently the next time (DNS
 * rebinding) gains nothing. Sockets do not ask it about addresses: one written in the URL is judged with the options.
 */
export const guardedLookup = (resolve: LookupFunction): LookupFunction => (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, found, family) => {
    if (error !== null) return callback(error, "")
    const all: ReadonlyArray<LookupAddress> = typeof found === "string"
      ? [{ address: found, family: family ?? 0 }]
      : found
    const open = all.filter(({ address }) => refusalOf(address) === undefined)
    const first = open[0]
    if (first === undefined) return callback(refused(hostname, all), "")
    if (options.all === true) callback(null, open)
    else callback(null, first.address, first.family)
  })
}

const refused = (hostname: string, all: ReadonlyArray<LookupAddress>): Error => {
  const kind = all[0] === undefined ? "unknown" : refusalOf(all[0].address) ?? "refused"
  return new WebhookAddressRefused(hostname, all.map(({ address }) => address), kind)
}
