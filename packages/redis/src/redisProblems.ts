/** What is wrong with options, before anything is opened. */
import { isLoopbackHost } from "@boltodds/text"
import { mostPartitions, streamPattern } from "./RedisOptions.ts"

/** A mistake in options. */
export interface RedisProblem {
  /** Where: a key as a configuration writes it. */
  readonly path: ReadonlyArray<string | number>
  /** What is wrong. Shows no secret. */
  readonly message: string
  /** What to do. */
  readonly remedy: string
}

/** Options to be checked: undefined where one is left out, or is wrong in another way that is reported already. */
export interface RedisCheckable {
  readonly url: string | undefined
  readonly allowInsecure: boolean
  readonly hasUser: boolean
  readonly hasPassword: boolean
  readonly hasCert: boolean
  readonly hasKey: boolean
  readonly stream: string | undefined
  readonly partitions: number | undefined
}

const form = "write it as rediss://host:6379 or redis://host:6379, with /2 for the database 2"

/** All mistakes in options, each at its place. */
export const redisProblems = (options: RedisCheckable): ReadonlyArray<RedisProblem> => {
  const { url, allowInsecure, hasUser, hasPassword, hasCert, hasKey, stream, partitions } = options
  return [
    ...url === undefined ? [] : urlProblems(url, allowInsecure),
    ...hasUser && !hasPassword ? [problem("user", "user has no password", "give password too, or leave user out")] : [],
    ...hasCert === hasKey
      ? []
      : [problem(hasCert ? "cert" : "key", "cert and key belong together", "give both, or none of them")],
    ...stream === undefined || streamPattern.test(stream) ? [] : [
      problem(
        "stream",
        "it is empty or long, or has characters that no stream may have",
        "use 1 to 64 letters, digits, _ and -",
      ),
    ],
    ...partitions === undefined || Number.isInteger(partitions) && partitions >= 0 && partitions <= mostPartitions
      ? []
      : [problem("partitions", `${partitions} partitions`, `use a whole number from 1 to ${mostPartitions}`)],
  ]
}

/** The host with its port, for a manifest; undefined for a URL that is not valid. */
export const redisHost = (url: string): string | undefined => {
  const address = addressOf(url)
  return address === undefined ? undefined : `${address.hostname}:${address.port === "" ? 6379 : address.port}`
}

const urlProblems = (url: string, allowInsecure: boolean): ReadonlyArray<RedisProblem> => {
  const address = addressOf(url)
  if (address === undefined || address.hostname === "") return [problem("url", "url is not an address", form)]
  const { protocol, username, password, hostname, pathname, search } = address
  if (protocol !== "redis:" && protocol !== "rediss:") return [problem("url", `url begins with ${protocol}//`, form)]
  if (username !== "" || password !== "") {
    return [
      problem("url", "url holds a user or a password", "write them as user and password, which are kept secret"),
    ]
  }
  if (!/^\/?\d{0,4}$/.test(pathname) || search !== "") {
    return [problem("url", "url has something after its port that is not the number of a database", form)]
  }
  return protocol === "rediss:" || allowInsecure || isLoopbackHost(hostname)
    ? []
    : [problem("url", `redis:// to ${hostname} can be read on the way`, "use rediss://, or set allow_insecure: true")]
}

/** `redis://` may be left out. */
export const addressOf = (url: string): URL | undefined => {
  const whole = url.includes("://") ? url : `redis://${url}`
  return URL.canParse(whole) ? new URL(whole) : undefined
}

const problem = (key: string, message: string, remedy: string): RedisProblem => ({ path: [key], message, remedy })
