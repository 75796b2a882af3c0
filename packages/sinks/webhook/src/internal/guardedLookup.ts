/** Name resolution that gives public addresses only. */
import type { LookupAddress } from "node:dns"
import type { LookupFunction } from "node:net"
import { WebhookAddressRefused } from "../WebhookError.ts"
import { refusalOf } from "./Address.ts"

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
