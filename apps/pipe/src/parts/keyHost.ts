/** Where the key of the environment may go: the key belongs to a host. */
import type { OptionProblem, OptionsPlace, WrittenOptions } from "@boltodds/config"
import { defaultFeedUrl, parseFeedUrl, UrlRefused } from "@boltodds/connection"
import { isLoopbackHost } from "@boltodds/text"
import { keyIn, keyVariable, urlVariable } from "../process/environment.ts"
import { type Allowance, howToAllow } from "../commandLine/allowed.ts"

/** The variable that names more hosts for the key: `feed.example.com`, `feed.example.com:8443`, several with commas. */
export const keyHostVariable = "BOLTODDS_API_KEY_HOST"

/** The host that the key of the environment belongs to. */
export const vendorHost = new URL(defaultFeedUrl).host

/**
 * The key of the environment goes to the vendor, to this machine, and to hosts that the user's own command line or
 * environment names. A file that somebody else wrote cannot send it elsewhere. A key that the file names for its source
 * may go where that file says.
 */
export const keyHostProblems = (written: WrittenOptions, { env }: OptionsPlace): ReadonlyArray<OptionProblem> => {
  const { url, insecure, key, key_file } = written
  if (typeof url !== "string") return []
  // One that is refused anyhow has its own sentence.
  if (parseFeedUrl(url, { insecure: insecure === true }) instanceof UrlRefused) return []
  const { host, hostname } = new URL(url)
  if (host === vendorHost || isLoopbackHost(hostname)) return []
  const own = keyIn(env)
  // However and wherever it was written: `{ env: BOLTODDS_API_KEY }`, a filter, the query of the address.
  const hasOwnKey = key_file !== undefined || typeof key === "string"
  if (hasOwnKey && (own === "" || !JSON.stringify(written).includes(JSON.stringify(own).slice(1, -1)))) return []
  const wanted = placeOf(url)
  if (placesIn(env).some(({ name, port }) => name === wanted?.name && (port ?? wanted.port) === wanted.port)) return []
  return [{
    path: ["url"],
    message:
      `Cannot send the key of ${keyVariable} to ${host}: it belongs to ${vendorHost}, and only a file names this host`,
    remedy:
      `set ${keyHostVariable}=${host} if you trust it, or give the source a key of its own: \`key: { env: NAME }\` or \`key_file\``,
  }]
}

/** A host as a URL spells it, without the dot at its end; `port` is undefined where any counts. */
interface Place {
  readonly name: string
  readonly port: string | undefined
}

/** The hosts that the user's environment names: alone, with a port, or in an address. */
const placesIn = (env: OptionsPlace["env"]): ReadonlyArray<Place> =>
  [...(env[keyHostVariable] ?? "").split(/[\s,]+/).map(placeNamed), placeOf(env[urlVariable] ?? "")]
    .filter((place) => place !== undefined)

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

/** A file alone cannot send the key in the clear. */
export const insecureProblems = (
  { url, insecure }: WrittenOptions,
  { env }: OptionsPlace,
  allowed: ReadonlySet<Allowance>,
): ReadonlyArray<OptionProblem> => {
  if (insecure !== true || allowed.has("insecure")) return []
  const text = typeof url === "string" ? url : env[urlVariable] ?? ""
  // An address that is encrypted, or of this machine, needs no permission.
  if (!URL.canParse(text) || isLoopbackHost(new URL(text).hostname)) return []
  if (!/^(?:ws|http):$/.test(new URL(text).protocol)) return []
  return [{
    path: ["insecure"],
    message: "the key could be read on the way, and only a file allows it",
    remedy: howToAllow("insecure"),
  }]
}
