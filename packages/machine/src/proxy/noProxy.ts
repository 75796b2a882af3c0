/** NO_PROXY: which hosts are reached without a proxy. */
import { isLoopbackHost } from "@boltodds/text"
import { BlockList, isIP } from "node:net"

/**
 * Whether NO_PROXY, or being this machine itself, keeps an address from the proxy. Entries are separated by commas or
 * blanks, and case does not count:
 *
 * `*` everything · `example.com`, `.example.com`, `*.example.com` the domain and what is below it · `10.1.2.3`, `::1`,
 * `[::1]` an address · `10.0.0.0/8`, `fd00::/8` a network · each but the last with `:port` for that port only.
 */
export const isProxyFree = (target: URL, noProxy: string): boolean => {
  if (isLoopbackHost(target.hostname)) return true
  const host = bare(target.hostname)
  const isSecure = target.protocol === "https:" || target.protocol === "wss:"
  const port = target.port === "" ? (isSecure ? "443" : "80") : target.port
  return noProxy.toLowerCase().split(/[\s,]+/).some((entry) => entry !== "" && covers(entry, host, port))
}

const covers = (entry: string, host: string, port: string): boolean => {
  if (entry === "*") return true
  if (entry.includes("/")) return isInNetwork(entry, host)
  const [, name = entry, wanted] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry) ?? []
  if (wanted !== undefined && wanted !== port) return false
  const plain = bare(name)
  if (isIP(plain) !== 0 || isIP(host) !== 0) return sameAddress(plain, host)
  const domain = plain.replace(/^\*?\./, "")
  return domain !== "" && (host === domain || host.endsWith(`.${domain}`))
}

/** Lower case, without brackets and without the dot of the root. */
const bare = (host: string): string => host.toLowerCase().replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "")

const familyOf = (address: string): "ipv4" | "ipv6" => isIP(address) === 6 ? "ipv6" : "ipv4"

const sameAddress = (one: string, other: string): boolean => {
  if (isIP(one) === 0 || isIP(other) === 0) return false
  const list = new BlockList()
  list.addAddress(one, familyOf(one))
  return list.check(other, familyOf(other))
}

const isInNetwork = (entry: string, host: string): boolean => {
  const [network = "", bits = ""] = entry.split("/")
  const address = bare(network)
  if (isIP(host) === 0 || isIP(address) === 0 || !/^\d{1,3}$/.test(bits)) return false
  if (Number(bits) > (isIP(address) === 6 ? 128 : 32)) return false
  const list = new BlockList()
  list.addSubnet(address, Number(bits), familyOf(address))
  return list.check(host, familyOf(host))
}
