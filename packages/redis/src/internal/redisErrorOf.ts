/** What went wrong with a server, in the words of this package. */
import { RedisError, type RedisErrorReason } from "../RedisError.ts"

/** The beginnings of the answers of a server, what they mean, and what to do. */
const answers: ReadonlyArray<readonly [RegExp, RedisErrorReason, string]> = [
  [/^OOM\b/, "full", "Redis has reached its limit of memory. Raise maxmemory, or lower max_records."],
  [/^(?:NOAUTH|WRONGPASS)\b/, "refused", "Redis refuses the connection. Check user and password."],
  [/^NOPERM\b/, "refused", "Redis does not permit it. Extend the permissions of this user."],
  [/^READONLY\b/, "rejected", "Redis is a replica, which takes no records. Name the master."],
  [
    /^(?:MOVED|ASK|CROSSSLOT|CLUSTERDOWN)\b/,
    "server",
    "Redis is a cluster, which is not supported. Use a server of its own.",
  ],
  [/^WRONGTYPE\b/, "stream", "A key holds something else. Use another name for the stream."],
  [
    /^(?:LOADING|BUSY|MISCONF|MASTERDOWN|NOREPLICAS|TRYAGAIN)\b/,
    "rejected",
    "Redis takes nothing for the moment. It is tried again.",
  ],
  [/unknown command|wrong number of arguments|unknown subcommand/i, "server", "The server is not Redis 6.2 or newer."],
]

/**
 * The failure as a {@link RedisError}. `what` is what failed: `Cannot read odds`. Keeps no error of the client as its cause:
 * those hold the command with its arguments, a password among them.
 */
export const redisErrorOf = (cause: unknown, what: string): RedisError => {
  if (cause instanceof RedisError) return cause
  const why = cause instanceof Error ? cause.message : String(cause)
  // Errors within a script begin with ERR in older servers.
  const answer = why.replace(/^ERR (?=[A-Z]{3,} )/, "")
  for (const [pattern, reason, remedy] of answers) {
    if (pattern.test(answer)) return new RedisError(reason, `${what}: ${remedy} The server answered: ${shortened(why)}`)
  }
  if (isReply(cause)) return new RedisError("rejected", `${what}: the server answered: ${shortened(why)}`)
  return new RedisError("unreachable", `${what}: Redis does not answer: ${whyNot(why)}. It is tried again.`)
}

/** Whether it is an answer of the server, instead of the loss of a connection. */
const isReply = (cause: unknown): boolean => cause instanceof Error && cause.name === "ReplyError"

/** The client counts in its messages what is not configured here. */
const whyNot = (why: string): string =>
  /max retries per request|Connection is closed|isn't writeable/.test(why) ? "the connection is lost" : why

const shortened = (text: string): string => text.length > mostShown ? `${text.slice(0, mostShown)}…` : text
const mostShown = 300
