/** Which proxy leads to a host, by the environment. */
import { isProxyFree } from "./noProxy.ts"

/** An HTTP proxy. Only `label` and `variable` are fit to show. */
export interface Proxy {
  /** `http://host:port`, without credentials. */
  readonly label: string
  /** The environment variable that names it, as it is written there. */
  readonly variable: string
  /** Whether TLS is spoken to the proxy itself. */
  readonly secure: boolean
  /** Without the brackets of an IPv6 address. */
  readonly host: string
  readonly port: number
  /** The value of `Proxy-Authorization`: a secret. */
  readonly authorization: string | undefined
  /** Texts that must not be shown, should the proxy repeat them. */
  readonly secrets: ReadonlyArray<string>
}

/**
 * The proxy, not the host that it leads to, is why there is no connection. The message names the proxy and the variable it comes
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

/** Environment variables by name. */
export type ProxyEnvironment = Readonly<Record<string, string | undefined>>

/**
 * The proxy for an address, or undefined to go straight.
 *
 * `https:` and `wss:` look at HTTPS_PROXY, others at HTTP_PROXY, both then at ALL_PROXY; the lower case name wins, and an
 * empty value counts as not set. NO_PROXY excludes hosts. Loopback addresses and `localhost` are always reached straight.
 * A value without a scheme is taken as `http://`.
 *
 * A proxy that cannot be used (SOCKS, an address that cannot be read) is a {@link ProxyError} that names its variable.
 */
export const proxyFor = (target: URL, environment: ProxyEnvironment): Proxy | ProxyError | undefined => {
  if (isProxyFree(target, environment["no_proxy"] || environment["NO_PROXY"] || "")) return undefined
  const isSecure = target.protocol === "https:" || target.protocol === "wss:"
  for (const name of [isSecure ? "https_proxy" : "http_proxy", "all_proxy"]) {
    for (const variable of [name, name.toUpperCase()]) {
      const text = environment[variable]?.trim() ?? ""
      if (text !== "") return parseProxy(text, variable, target.hostname)
    }
  }
  return undefined
}

const parseProxy = (text: string, variable: string, host: string): Proxy | ProxyError => {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase() ?? /^(pac\+[a-z]+):/i.exec(text)?.[1]
  if (scheme !== undefined && scheme !== "http" && scheme !== "https") {
    // What stands in front of :// may be a pasted secret, if it is not one of the schemes that proxies have.
    const shown = /^(socks\w*|pac\+\w+|ftp|quic|tcp|ssh|wss?)$/.test(scheme) ? `${scheme}:// is` : "its scheme is"
    return new ProxyError(
      "unusable",
      `cannot use the proxy in ${variable}: ${shown} not supported. ` +
        `Name an http:// or https:// proxy, or add ${host} to NO_PROXY`,
    )
  }
  // The text may hold a password: it is shown nowhere.
  const unreadable = new ProxyError(
    "unusable",
    `cannot read the proxy's address in ${variable}. Write it like http://host:3128 or http://user:password@host:3128`,
  )
  const full = scheme === undefined ? `http://${text}` : text
  if (!URL.canParse(full)) return unreadable
  const url = new URL(full)
  if (url.hostname === "" || url.port === "0") return unreadable
  let user: string
  let password: string
  try {
    user = decodeURIComponent(url.username)
    password = decodeURIComponent(url.password)
  } catch {
    return unreadable
  }
  const basic = user === "" && password === "" ? undefined : Buffer.from(`${user}:${password}`).toString("base64")
  const secure = url.protocol === "https:"
  const port = url.port === "" ? (secure ? 443 : 80) : Number(url.port)
  return {
    label: `${url.protocol}//${url.hostname}:${port}`,
    variable,
    secure,
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port,
    authorization: basic === undefined ? undefined : `Basic ${basic}`,
    secrets: [password, url.password, basic ?? ""].filter((secret) => secret.length >= 4),
  }
}
