/** A proxy that does not lead where it should. */

/**
 * The proxy, not the host behind it, is why there is no connection. The message names the proxy and the variable it comes
 * from, never its password, and begins in lower case: it follows what was tried.
 *
 * `unusable`: the variable holds nothing that can be used · `unreachable`: no connection to the proxy, or it broke off ·
 * `timeout`: it did not answer in time · `refused`: it answered CONNECT with a status other than 2xx · `unreadable`: it
 * answered, but not in HTTP.
 */
export class ProxyError extends Error {
  readonly _tag = "ProxyError"
  override readonly name: string = "ProxyError"
  readonly kind: "unusable" | "unreachable" | "timeout" | "refused" | "unreadable"
  /** The HTTP status of its answer, where there was one. */
  readonly status: number | undefined

  constructor(kind: ProxyError["kind"], message: string, status?: number) {
    super(message)
    this.kind = kind
    this.status = status
  }
}
