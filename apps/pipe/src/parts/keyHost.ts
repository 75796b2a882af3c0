/** Where the key of the environment may go: the key belongs to a host. */
import type { OptionProblem, OptionsPlace, WrittenOptions } from "@boltodds/config"
import { defaultFeedUrl, parseFeedUrl, UrlRefused } from "@boltodds/connection"
import { isLoopbackHost } from "@boltodds/text"
import { environment, keyVariable } from "../environment.ts"
import { type Allowance, howToAllow } from "../run/allowed.ts"

/** The variable that names more hosts for the key: `feed.example.com`, `feed.example.com:8443`, several with commas. */
export const keyHostVariable = "BOLTODDS_API_KEY_HOST"

const vendorHost = new URL(defaultFeedUrl).host

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
  const own = (env[keyVariable] ?? environment()[keyVariable] ?? "").trim()
  // However and wherever it was written: `{ env: BOLTODDS_API_KEY }`, a filter, the query of the address.
  const hasOwnKey = key_file !== undefined || typeof key === "string"
  if (hasOwnKey && (own === "" || !JSON.stringify(written).includes(JSON.stringify(own).slice(1, -1)))) return []
  if (hostsIn(env).some((named) => named === host || named === hostname)) return []
  return [{
    path: ["url"],
    message:
      `Cannot send the key of ${keyVariable} to ${host}: it belongs to ${vendorHost}, and only a file names this host`,
    remedy:
      `set ${keyHostVariable}=${host} if you trust it, or give the source a key of its own: \`key: { env: NAME }\` or \`key_file\``,
  }]
}

const hostsIn = (env: OptionsPlace["env"]): ReadonlyArray<string> => {
  const named = (env[keyHostVariable] ?? "").split(/[\s,]+/).filter((host) => host !== "")
  const url = env["BOLTODDS_URL"] ?? ""
  return (URL.canParse(url) ? [...named, new URL(url).host] : named).map((host) => host.toLowerCase())
}

/** A file alone cannot send the key in the clear. */
export const insecureProblems = (
  { url, insecure }: WrittenOptions,
  { env }: OptionsPlace,
  allowed: ReadonlySet<Allowance>,
): ReadonlyArray<OptionProblem> => {
  if (insecure !== true || allowed.has("insecure")) return []
  const text = typeof url === "string" ? url : env["BOLTODDS_URL"] ?? ""
  // An address that is encrypted, or of this machine, needs no permission.
  if (!URL.canParse(text) || isLoopbackHost(new URL(text).hostname)) return []
  if (!/^(?:ws|http):$/.test(new URL(text).protocol)) return []
  return [{
    path: ["insecure"],
    message: "the key could be read on the way, and only a file allows it",
    remedy: howToAllow("insecure"),
  }]
}
