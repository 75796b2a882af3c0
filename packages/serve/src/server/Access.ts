/** Who may connect. */
import { isLoopbackHost } from "@boltodds/text"
import { createHash, timingSafeEqual } from "node:crypto"

/** The token of a server. */
export class Access {
  readonly #digest: Uint8Array | undefined

  constructor(token: string | undefined) {
    this.#digest = token === undefined ? undefined : digestOf(token)
  }

  /** Whether a request shows the token: in its header, or in its address, where browsers cannot set headers. */
  isGranted(authorization: string | undefined, inAddress: string | null): boolean {
    if (this.#digest === undefined) return true
    const shown = /^Bearer +(\S+)\s*$/i.exec(authorization ?? "")?.[1] ?? inAddress
    // Digests have one length, and comparing them takes the same time wherever they differ.
    return shown !== null && shown !== undefined && timingSafeEqual(digestOf(shown), this.#digest)
  }
}

const digestOf = (text: string): Uint8Array => createHash("sha256").update(text).digest()

/** The shortest token: shorter ones can be guessed. */
const shortestToken = 16

/** Why these options would let in anybody; undefined if they do not. */
export const refusalOfExposure = (
  { host = "127.0.0.1", token }: { readonly host?: string | undefined; readonly token?: string | undefined },
): string | undefined => {
  if (token !== undefined && token.length < shortestToken) {
    return `Cannot use the token: it has ${token.length} characters. Use at least ${shortestToken} random ones`
  }
  if (token !== undefined || isLoopbackHost(host)) return undefined
  return `Cannot listen on ${host} without a token: other machines can reach this address. Set a token, or listen on 127.0.0.1`
}
