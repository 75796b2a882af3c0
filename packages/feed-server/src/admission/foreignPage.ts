/**
 * Refuses web pages of other sites. A page of any site can open WebSockets to this machine. It can read the answers if
 * its own host name resolves to this machine (DNS rebinding). The browser sends the site of the page (`Origin`) and the
 * host name that it used (`Host`). Programs send no origin, and a host name of this server.
 */
import { isLoopbackHost } from "@boltodds/text"
import type { IncomingMessage } from "node:http"
import { isIP } from "node:net"
import { hostname } from "node:os"
import type { RestAnswer } from "../hooks.ts"

/** The headers of a request that say where it comes from. */
export interface RequestSource {
  readonly host: string | undefined
  readonly origin: string | undefined
}

/** The names of this server. */
export interface OwnNames {
  /** The address or the name that it listens on. */
  readonly listening: string
  /** What else is allowed: names, `null` for pages without an origin (files), `*` for all. */
  readonly allowed: ReadonlyArray<string>
  /** What the text of a refusal says about allowing a name. */
  readonly howToAllow?: ((name: string) => string) | undefined
}

/**
 * Why a request is refused, and how to allow it; undefined if it is accepted.
 *
 * *Host*: loopback names, addresses, names without a dot (a container, a machine of the local network), this machine's name
 * and the one that is listened on. *Origin*: none, loopback names, the host that was asked, this machine's name, and, where
 * other machines can reach the server, private addresses.
 */
export const foreignPage = ({ host, origin }: RequestSource, names: OwnNames): string | undefined => {
  const allowed = new Set(names.allowed.map(allowedName))
  if (allowed.has("*")) return undefined
  const asked = host === undefined ? undefined : nameOf(`http://${host}`)
  if (host !== undefined && (asked === undefined || !isOwnHost(asked, names, allowed))) {
    return `it was asked for under the name ${shown(asked)}, which is not this server's. ${remedy(asked, names)}`
  }
  if (origin === undefined) return undefined
  if (origin === "null") {
    return allowed.has("null") ? undefined : `a web page without an origin asked for it. ${remedy("null", names)}`
  }
  const from = nameOf(origin)
  if (from !== undefined && (from === asked || isOwnOrigin(from, names, allowed))) return undefined
  return `a web page of ${shown(from)} asked for it. ${remedy(from, names)}`
}

const isOwnHost = (name: string, names: OwnNames, allowed: ReadonlySet<string>): boolean =>
  isLocalName(name, names, allowed) || isIP(name) !== 0 || !name.includes(".")

const isOwnOrigin = (name: string, names: OwnNames, allowed: ReadonlySet<string>): boolean =>
  isLocalName(name, names, allowed) || !isLoopbackHost(names.listening) && isPrivate(name)

/** Browsers lead names below `.localhost` to this machine, whatever a name server says. */
const isLocalName = (name: string, { listening }: OwnNames, allowed: ReadonlySet<string>): boolean => {
  const own = hostname().toLowerCase()
  return isLoopbackHost(name) || name.endsWith(".localhost") || allowed.has(name) || name === listening.toLowerCase() ||
    own !== "" && (name === own || name === `${own}.local`)
}

/** RFC 1918, RFC 3927, RFC 4193 and link-local addresses of RFC 4291. */
const isPrivate = (name: string): boolean =>
  isIP(name) === 4
    ? /^(10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.)/.test(name)
    : isIP(name) === 6 && /^(f[cd]|fe[89ab])/.test(name)

/** The name in an address, in lower case, IPv6 without brackets; undefined where there is none. */
const nameOf = (address: string): string | undefined => {
  if (!URL.canParse(address)) return undefined
  const name = new URL(address).hostname.toLowerCase().replace(/^\[|\]$/g, "")
  return name === "" ? undefined : name
}

/** An origin is as good as its name. */
const allowedName = (written: string): string =>
  (written.includes("://") ? nameOf(written) : nameOf(`http://${written}`)) ?? written

const shown = (name: string | undefined): string => name === undefined ? "no host" : name.slice(0, 255)

const remedy = (name: string | undefined, { howToAllow = (name) => `add ${name} to allowHosts` }: OwnNames): string =>
  name === undefined ? "Ask for it by an address" : `To allow it: ${howToAllow(name.slice(0, 255))}`

/** Reasons that are reported; a page can use any number of names. */
const mostReasons = 20

/** Answers requests of foreign pages with HTTP 403, and reports each reason once. */
export class PageGuard {
  readonly #names: OwnNames
  readonly #onRefused: ((why: string) => void) | undefined
  readonly #reported = new Set<string>()

  constructor(names: OwnNames, onRefused: ((why: string) => void) | undefined) {
    this.#names = names
    this.#onRefused = onRefused
  }

  /** The answer to a request that is refused; undefined if it is accepted. */
  refusal({ headers }: IncomingMessage): RestAnswer | undefined {
    const why = foreignPage({ host: headers.host, origin: headers.origin }, this.#names)
    if (why === undefined) return undefined
    if (!this.#reported.has(why) && this.#reported.size < mostReasons) {
      this.#reported.add(why)
      this.#onRefused?.(why)
    }
    return { status: 403, body: `Refused: ${why}` }
  }
}
