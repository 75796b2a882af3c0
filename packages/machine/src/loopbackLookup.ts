/** The name `localhost`, believed only where it leads to this machine. */
import { isLoopbackHost } from "@boltodds/text"
import { lookup as dnsLookup, type LookupAddress } from "node:dns"
import type { LookupFunction } from "node:net"

/**
 * Resolves as `resolve` does, and gives loopback addresses only.
 *
 * What is sent in the clear to this machine may be sent because nobody sees it on the way. A name says nothing about that:
 * a hosts file or a name server may lead `localhost` elsewhere. Sockets do not ask about addresses.
 *
 * @default resolve `dns.lookup`
 */
export const loopbackLookup =
  (resolve: LookupFunction = dnsLookup as LookupFunction): LookupFunction => (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found, family) => {
      if (error !== null) return callback(error, "")
      const all: ReadonlyArray<LookupAddress> = typeof found === "string"
        ? [{ address: found, family: family ?? 0 }]
        : found
      const own = all.filter(({ address }) => isLoopbackHost(address))
      const first = own[0]
      if (first === undefined) {
        const led = all.map(({ address }) => address).join(", ")
        const message = `${hostname} does not lead to this machine but to ${
          led === "" ? "nothing" : led
        }. Write 127.0.0.1, or correct the hosts file`
        return callback(new Error(message), "")
      }
      if (options.all === true) callback(null, own)
      else callback(null, first.address, first.family)
    })
  }
