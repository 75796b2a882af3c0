/** What a configuration file cannot do unless the user's own command line or environment allows it. */
import type { OptionProblem, OptionsPlace, WrittenOptions } from "@boltodds/config"
import { natsHosts } from "@boltodds/nats/options"
import type { PartsHost } from "@boltodds/parts"
import { redisHost } from "@boltodds/redis/options"
import { postgresHost } from "@boltodds/sink-postgres/options"
import { isLoopbackHost } from "@boltodds/text"
import { type Allowance, howToAllow } from "../commandLine/allowed.ts"
import { urlVariable } from "../process/environment.ts"

/** Guards against what a file may not do with these allowances. The parts themselves guard the host of the key. */
export const fileGuards = (allowed: ReadonlySet<Allowance>): NonNullable<PartsHost["guards"]> => ({
  feed: (written, place) => insecureProblems(written, place, allowed),
  webhook: (written) => webhookProblems(written, allowed),
  nats: (written) => natsProblems(written, allowed),
  redis: (written) => redisProblems(written, allowed),
  serve: (written) => serverProblems(written, allowed),
  postgres: (written) => postgresProblems(written, allowed),
})

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

/** A file alone cannot send records and passwords unencrypted. Servers on this machine need no permission. */
const natsProblems = (
  { servers, allow_insecure }: WrittenOptions,
  allowed: ReadonlySet<Allowance>,
): ReadonlyArray<OptionProblem> => {
  if (allow_insecure !== true || allowed.has("insecure")) return []
  const list = Array.isArray(servers) ? servers : [servers]
  // Addresses that are missing or invalid have their own messages.
  const isFar = list.some((server) =>
    typeof server === "string" && !server.startsWith("tls://") &&
    natsHosts(server).some((host) => !isLoopbackHost(host))
  )
  return isFar ? [unencrypted] : []
}

/** The same for the one server of Redis. */
const redisProblems = (
  { url, allow_insecure }: WrittenOptions,
  allowed: ReadonlySet<Allowance>,
): ReadonlyArray<OptionProblem> => {
  if (allow_insecure !== true || allowed.has("insecure")) return []
  if (typeof url !== "string" || url.startsWith("rediss://")) return []
  const host = redisHost(url)
  return host === undefined || isLoopbackHost(host) ? [] : [unencrypted]
}

/** The same for a server that is read. */
const serverProblems = (
  { url, allow_insecure }: WrittenOptions,
  allowed: ReadonlySet<Allowance>,
): ReadonlyArray<OptionProblem> => {
  if (allow_insecure !== true || allowed.has("insecure")) return []
  if (typeof url !== "string" || !URL.canParse(url) || new URL(url).protocol !== "http:") return []
  return isLoopbackHost(new URL(url).hostname) ? [] : [unencrypted]
}

/** The same for PostgreSQL, which is encrypted unless a configuration says otherwise. */
const postgresProblems = (
  { url, allow_insecure, encrypted }: WrittenOptions,
  allowed: ReadonlySet<Allowance>,
): ReadonlyArray<OptionProblem> => {
  if (allow_insecure !== true || encrypted !== false || allowed.has("insecure") || typeof url !== "string") return []
  const host = postgresHost(url)
  return host === undefined || isLoopbackHost(host) ? [] : [unencrypted]
}

const unencrypted: OptionProblem = {
  path: ["allow_insecure"],
  message: "the records would be sent unencrypted, and only a file allows it",
  remedy: howToAllow("insecure"),
}
