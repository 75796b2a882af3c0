/** What a configuration file cannot do unless the user's own command line or environment allows it. */
import type { OptionProblem, OptionsPlace, WrittenOptions } from "@boltodds/config"
import { defaultFeedUrl, parseFeedUrl, UrlRefused } from "@boltodds/connection"
import type { PartsHost } from "@boltodds/parts"
import { isLoopbackHost } from "@boltodds/text"
import { type Allowance, howToAllow } from "../commandLine/allowed.ts"
import { keyIn, keyVariable, urlVariable } from "../process/environment.ts"

/** The variable that names more hosts for the key: `feed.example.com`, `feed.example.com:8443`, separated by commas. */
export const keyHostVariable = "BOLTODDS_API_KEY_HOST"

/** The host that the key of the environment belongs to. */
const vendorHost = new URL(defaultFeedUrl).host

/** Guards against what a file may not do with these allowances. */
export const fileGuards = (allowed: ReadonlySet<Allowance>): NonNullable<PartsHost["guards"]> => ({
  feed: (written, place) => [...keyHostProblems(written, place), ...insecureProblems(written, place, allowed)],
  webhook: (written) => webhookProblems(written, allowed),
})

/**
 * The key of the environment goes to the vendor, to this machine, and to hosts that the user's own environment names. A
 * file from somebody else cannot send it elsewhere. A key that the file itself names for its source may go where the
 * file says.
 */
export const keyHostProblems = (written: WrittenOptions, { env }: OptionsPlace): ReadonlyArray<OptionProblem> => {
  const { url, insecure, key, key_file } = written
  if (typeof url !== "string") return []
  // An address that is refused anyway has its own message.
  if (parseFeedUrl(url, { insecure: insecure === true }) instanceof UrlRefused) return []
  const { host, hostname } = new URL(url)
  if (host === vendorHost || isLoopbackHost(hostname)) return []
  const environmentKey = keyIn(env)
  // In whatever way it was written: `{ env: BOLTODDS_API_KEY }`, a filter, the query of the address.
  const hasOwnKey = key_file !== undefined || typeof key === "string"
  const lacksIt = environmentKey === "" ||
    !JSON.stringify(written).includes(JSON.stringify(environmentKey).slice(1, -1))
  if (hasOwnKey && lacksIt) return []
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

/** A host as a URL spells it, without a dot at its end. An undefined port means any. */
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

/** A file alone cannot send the key unencrypted. */
const insecureProblems = (
  { url, insecure }: WrittenOptions,
  { env }: OptionsPlace,
  allowed: ReadonlySet<Allowance>,
): ReadonlyArray<OptionProblem> => {
  if (insecure !== true || allowed.has("insecure")) return []
  const text = typeof url === "string" ? url : env[urlVariable] ?? ""
  // An encrypted address, or one of this machine, needs no permission.
  if (!URL.canParse(text) || isLoopbackHost(new URL(text).hostname)) return []
  if (!/^(?:ws|http):$/.test(new URL(text).protocol)) return []
  return [{
    path: ["insecure"],
    message: "the key would be sent unencrypted, and only a file allows it",
    remedy: howToAllow("insecure"),
  }]
}

/** A file alone cannot post to private addresses or unencrypted. Addresses of this machine need no permission. */
const webhookProblems = (
  { url, allow_private, allow_insecure }: WrittenOptions,
  allowed: ReadonlySet<Allowance>,
): ReadonlyArray<OptionProblem> => {
  // A missing or invalid address has its own message.
  if (typeof url !== "string" || !URL.canParse(url) || isLoopbackHost(new URL(url).hostname)) return []
  const refuse = (option: string, allowance: Allowance, why: string): ReadonlyArray<OptionProblem> => [
    { path: [option], message: `${why}, and only a file allows it`, remedy: howToAllow(allowance) },
  ]
  return [
    ...allow_private === true && !allowed.has("private")
      ? refuse("allow_private", "private", "this sink could post to machines of this network")
      : [],
    ...allow_insecure === true && !allowed.has("insecure")
      ? refuse("allow_insecure", "insecure", "the records would be sent unencrypted")
      : [],
  ]
}
