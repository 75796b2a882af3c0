/** What a server says of itself, before it is used. */
import { RedisError } from "../RedisError.ts"
import type { Link } from "./Link.ts"

/** What an operator may want to know of a server. */
export interface ServerFacts {
  /** The policy by which the server removes keys when its memory is full; undefined where it removes none of these. */
  readonly evicts: string | undefined
}

const oldest = [6, 2] as const

/** Rejects with a {@link RedisError} if the server is too old or a cluster. Where it does not say, nothing is known. */
export const serverFacts = async (link: Link): Promise<ServerFacts> => {
  let text: string
  try {
    text = String(await link.call("INFO", []))
  } catch (cause) {
    // A user may lack this permission, and can write all the same.
    if (cause instanceof Error && /^NOPERM|unknown command/i.test(cause.message)) return { evicts: undefined }
    throw cause
  }
  const fact = (name: string): string | undefined => new RegExp(`^${name}:(.*?)\r?$`, "m").exec(text)?.[1]
  // Valkey names an old version of Redis here, whose commands it has.
  const version = fact("redis_version") ?? ""
  const [major = 0, minor = 0] = version.split(".").map(Number)
  if (version !== "" && (major < oldest[0] || major === oldest[0] && minor < oldest[1])) {
    throw new RedisError(
      "server",
      `Redis ${version} is too old: ${oldest.join(".")} or newer is needed. Update the server.`,
    )
  }
  if (fact("cluster_enabled") === "1") {
    throw new RedisError("server", "Redis is a cluster, which is not supported. Use a server of its own.")
  }
  const policy = fact("maxmemory_policy") ?? ""
  // The keys of a feed have no time to live, so policies for such keys leave them.
  return { evicts: fact("maxmemory") !== "0" && policy.startsWith("allkeys") ? policy : undefined }
}
