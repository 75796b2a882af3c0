/** Which hosts may get the key of the feed. */
import type { Environment, OptionProblem, OptionsPlace, WrittenOptions } from "@boltodds/config"
import { defaultFeedUrl, parseFeedUrl, UrlRefused } from "@boltodds/connection"
import { isLoopbackHost } from "@boltodds/text"
import type { PartsHost } from "../PartsHost.ts"
import { keyVariable, urlVariable } from "./feedAccess.ts"

/** The variable that names more hosts for the key: `feed.example.com`, `feed.example.com:8443`, separated by commas. */
const keyHostVariable = "BOLTODDS_API_KEY_HOST"

/** The host that the key belongs to. */
const vendorHost = new URL(defaultFeedUrl).host

/**
 * The key of the environment, or of the program, goes to the vendor, to this machine, and to hosts that the program or the
 * environment names. A configuration from somebody else cannot send it elsewhere. A key that the configuration itself
 * names for its source may go where the configuration says.
 */
export const keyHostProblems = (
  written: WrittenOptions,
  { env }: Pick<OptionsPlace, "env">,
  host: Pick<PartsHost, "key" | "env" | "keyHosts">,
): ReadonlyArray<OptionProblem> => {
  const { url, insecure, key, key_file } = written
  const { keyHosts = [] } = host
  if (typeof url !== "string" || keyHosts === "any") return []
  // An address that is refused anyway has its own message.
  if (parseFeedUrl(url, { insecure: insecure === true }) instanceof UrlRefused) return []
  const { host: named, hostname } = new URL(url)
  if (named === vendorHost || isLoopbackHost(hostname)) return []
  const environmentKey = (env[keyVariable] ?? host.env?.()[keyVariable] ?? "").trim()
  const hasOwnKey = host.key === undefined && (key_file !== undefined || typeof key === "string")
  // In whatever way it was written: `{ env: BOLTODDS_API_KEY }`, a filter, the query of the address.
  const lacksIt = environmentKey === "" ||
    !JSON.stringify(written).includes(JSON.stringify(environmentKey).slice(1, -1))
  if (hasOwnKey && lacksIt) return []
  const wanted = placeOf(url)
  const isNamed = placesIn(env, keyHosts).some(({ name, port }) =>
    name === wanted?.name && (port ?? wanted.port) === wanted.port
  )
  if (isNamed) return []
  const whose = host.key === undefined ? keyVariable : "this program"
  const ownKey = "give the source a key of its own: `key: { env: NAME }` or `key_file`"
  return [{
    path: ["url"],
    message:
      `Cannot send the key of ${whose} to ${named}: it belongs to ${vendorHost}, and only a file names this host`,
    remedy: `set ${keyHostVariable}=${named} if you trust it${host.key === undefined ? `, or ${ownKey}` : ""}`,
  }]
}

/** A host as a URL spells it, without a dot at its end. An undefined port means any. */
interface Place {
  readonly name: string
  readonly port: string | undefined
}

/** The hosts that the program and the environment name: alone, with a port, or in an address. */
const placesIn = (env: Environment, keyHosts: ReadonlyArray<string>): ReadonlyArray<Place> =>
  [
    ...[...keyHosts, ...(env[keyHostVariable] ?? "").split(/[\s,]+/)].map(placeNamed),
    placeOf(env[urlVariable] ?? ""),
  ].filter((place) => place !== undefined)

const placeNamed = (text: string): Place | undefined => {
  if (text.includes("://")) return placeOf(text)
  // An IPv6 address without brackets has no port.
  const host = /^[\da-f]*:[\da-f]*:[\da-f:.]*$/i.test(text) ? `[${text}]` : text
  const place = placeOf(`wss://${host}`)
  return place === undefined ? undefined : { ...place, port: /:(\d+)(?:\/.*)?$/.exec(host.replace(/^\[.*\]/, ""))?.[1] }
}

const placeOf = (url: string): Place | undefined => {
  if (!URL.canParse(url)) return undefined
  const { protocol, hostname, port } = new URL(url)
  const usual = protocol === "wss:" || protocol === "https:" ? "443" : "80"
  return hostname === "" ? undefined : { name: hostname.replace(/\.$/, ""), port: port === "" ? usual : port }
}
