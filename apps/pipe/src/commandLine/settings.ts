/** Settings that the flags give. */
import { defaultFeedUrl, type Key, keyOf } from "@boltodds/connection"
import { feedProxy, keyFromFile } from "@boltodds/connection/node"
import { namedSecretExposure } from "@boltodds/machine"
import { type FeedSettings, keyFromVariable } from "@boltodds/parts/feed"
import type { Filters } from "@boltodds/protocol"
import * as Effect from "effect/Effect"
import { UsageError } from "../process/ExitCode.ts"
import type { ParsedFlags } from "./flags.ts"
import { type CommandLog, type Level, makeLog } from "../log/Log.ts"
import { paintFor, writeError } from "../terminal/Terminal.ts"
import { environment, howToGiveAKey, keyVariable } from "../process/environment.ts"

/** The filters that were given; a kind that was not is left out, which means all. */
export const filtersOf = (given: ParsedFlags): Filters => {
  const lists = {
    sports: given.texts("sport"),
    sportsbooks: given.texts("sportsbook"),
    games: given.texts("game"),
    markets: given.texts("market"),
  }
  return Object.fromEntries(
    Object.entries(lists).filter(([, names]) => names.length > 0),
  )
}

/** Where the key comes from, in words too. */
export interface KeySource {
  readonly key: Key
  /** `--key`, `the file …` or the environment variable's name. */
  readonly source: string
}

/** Which key the flags mean; it is not read yet. Throws a `UsageError` where they mean two. */
export const keySourceOf = (given: ParsedFlags, log: CommandLog): KeySource => {
  const path = given.text("key-file")
  const literal = given.text("key")
  if (literal !== undefined && path !== undefined) {
    throw new UsageError(
      "Cannot use --key and --key-file together: leave one out",
    )
  }
  if (literal !== undefined) {
    // The title takes the place of the arguments in what `ps` shows, from here on.
    process.title = "boltodds-pipe"
    log.log(
      "warn",
      "the key was given with --key: it is in your shell's history, and others may have seen it in `ps`",
    )
  }
  const exposure = path === undefined ? undefined : namedSecretExposure(path)
  if (exposure !== undefined) log.log("warn", `the key file ${path}: ${exposure.found}; ${exposure.advice}`)
  if (literal !== undefined) return { key: keyOf(literal), source: "--key" }
  return path !== undefined
    ? { key: keyFromFile(path), source: `the file ${path}` }
    : { key: keyFromVariable(environment), source: keyVariable }
}

/** Where the feed is; throws a `UsageError` where there is no key to be had. */
export const feedOf = async (given: ParsedFlags, log: CommandLog): Promise<FeedSettings> => {
  const url = given.text("url") ?? defaultFeedUrl
  const insecure = given.isSet("insecure")
  const proxy = feedProxy(url)
  if (proxy !== undefined && "problem" in proxy) throw new UsageError(`Cannot reach the feed: ${proxy.problem}`)
  const { key } = keySourceOf(given, log)
  // Read once now: a missing key is reported before anything else happens. Each dial reads it again.
  const missing = await Effect.runPromise(
    Effect.match(key, {
      onSuccess: () => undefined,
      onFailure: (error) => error,
    }),
  )
  if (missing !== undefined) {
    throw new UsageError(`${missing.message}\n${howToGiveAKey}`)
  }
  return { url, insecure, key }
}

/** The level that the flags want. */
const levelOf = (given: ParsedFlags): Level | "none" => {
  for (const [name, level] of [["verbose", "debug"], ["quiet", "error"]] as const) {
    given.refuseBeside(name, ["log-level", "verbose", "quiet"].filter((other) => other !== name), "leave one out")
    if (given.isSet(name)) return level
  }
  return (given.text("log-level") ?? "info") as Level | "none"
}

/** The log as the flags want it. */
export const logOf = (given: ParsedFlags): CommandLog => {
  const { stderr, env } = process
  const format = given.text("log-format") ??
    (stderr.isTTY === true ? "human" : "json")
  return makeLog({
    level: levelOf(given),
    format: format === "json" ? "json" : "human",
    paint: paintFor(stderr, env),
    write: (line) => writeError(line, true),
    now: () => new Date(),
    heartbeatMillis: given.millis("log-heartbeat", { mayBeZero: true }),
  })
}
