/** Where to listen, as it is written. */
import { expectedButGot } from "@boltodds/text"

/** An address to listen on. */
export interface ListenAddress {
  readonly host: string
  readonly port: number
}

/** The usual address. */
export const defaultListen = "127.0.0.1:7880"

const expected = "a port, or an address with a port such as 127.0.0.1:7880 or [::1]:7880"

/** Reads `7880`, `:7880`, `127.0.0.1:7880`, `[::1]:7880`. A port alone is on 127.0.0.1. Throws `RangeError`. */
export const listenAddress = (written: string | number): ListenAddress => {
  const [, bracketed, plain, digits] = /^(?:(?:\[([^\]]+)\]|([^:[\]]*)):)?(\d{1,5})$/.exec(String(written).trim()) ?? []
  const port = Number(digits)
  if (digits === undefined || port > 65_535) {
    throw new RangeError(`Cannot listen there: ${expectedButGot(expected, written)}`)
  }
  const host = bracketed ?? plain ?? ""
  return { host: host === "" ? "127.0.0.1" : host, port }
}
