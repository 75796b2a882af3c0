/** Mistakes in the options of the feed, found before it is dialed. */
import type { OptionProblem, OptionsPlace, WrittenOptions } from "@boltodds/config"
import { defaultFeedUrl, parseFeedUrl, readKey, shardFilters, ShardsRefused, UrlRefused } from "@boltodds/connection"
import { keyInFile, longestKeyFile } from "@boltodds/connection/node"
import { namedSecretExposure } from "@boltodds/machine"
import * as Effect from "effect/Effect"
import { readFileSync, statSync } from "node:fs"
import { resolve } from "node:path"
import { keyVariable, urlVariable } from "../feed/feedAccess.ts"
import { filtersIn } from "../options/sourceOptions.ts"
import type { PartsHost } from "../PartsHost.ts"

/** Everything that would stop a run at its start. */
export const feedProblems = (
  written: WrittenOptions,
  place: OptionsPlace,
  host: PartsHost,
): ReadonlyArray<OptionProblem> => [
  ...urlProblems(written, place),
  ...keyProblems(written, place),
  ...sessionProblems(written),
  ...staleProblems(written, host),
]

/** The option would have no effect in a program that does not listen. */
const staleProblems = (
  { exit_on_stale }: WrittenOptions,
  { endsWhen }: PartsHost,
): ReadonlyArray<OptionProblem> => {
  if (exit_on_stale === undefined || endsWhen !== undefined) return []
  const message = "Cannot use `exit_on_stale`: this program does not end a run early"
  return [{ path: ["exit_on_stale"], part: "key", message, remedy: "remove it, or use boltodds-pipe" }]
}

const { host: vendorHost, pathname: vendorPath } = new URL(defaultFeedUrl)

/** A wrong path at the vendor's host: every dial would get HTTP 404. */
const pathProblems = (path: OptionProblem["path"], text: string): ReadonlyArray<OptionProblem> => {
  const { host, pathname } = new URL(text)
  if (host !== vendorHost || pathname.replace(/(?<!\/)\/+$/, "") === vendorPath) return []
  const message = `Cannot find the feed at the path ${JSON.stringify(pathname)} of ${host}: its path is ${vendorPath}`
  return [{ path, message, remedy: `write ${defaultFeedUrl}` }]
}

const urlProblems = ({ url, insecure }: WrittenOptions, { env }: OptionsPlace): ReadonlyArray<OptionProblem> => {
  const variable = env[urlVariable]
  const isVariable = url === undefined && variable !== undefined && variable !== ""
  const text = isVariable ? variable : url
  if (typeof text !== "string") return []
  const refused = parseFeedUrl(text, { insecure: insecure === true })
  const path = isVariable ? [] : ["url"]
  if (!(refused instanceof UrlRefused)) return pathProblems(path, text)
  // The error of the address carries its own advice for ws://.
  const [why, advice] = refused.message.split(". Write ")
  const message = isVariable ? `Cannot use ${urlVariable}: ${why}` : why!
  const remedy = advice === undefined
    ? `write it like ${defaultFeedUrl}`
    : "write wss://, or allow it: `insecure: true`"
  return [{ path, message, remedy }]
}

const keyProblems = (written: WrittenOptions, { folder }: OptionsPlace): ReadonlyArray<OptionProblem> => {
  const { key, key_file } = written
  if ("key" in written && "key_file" in written) {
    return [{
      path: ["key_file"],
      part: "key",
      message: "Cannot use `key_file` together with `key`",
      remedy: "remove one of them",
    }]
  }
  if (typeof key === "string") return unreadable(readKey(key, "the key given"), ["key"])
  if (typeof key_file !== "string") return []
  const place = `the file ${key_file}`
  const file = resolve(folder, key_file)
  try {
    const stats = statSync(file)
    // A pipe can be read only once, and the run must be the one to read it.
    if (!stats.isFile() && !stats.isDirectory()) return []
    if (stats.size > longestKeyFile) throw new Error("it is too large for a key")
    return unreadable(keyInFile(readFileSync(file), place), ["key_file"])
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    return [{
      path: ["key_file"],
      message: `Cannot read the key: ${place}: ${why}`,
      remedy: "correct the path, or create it",
    }]
  }
}

const unreadable = (
  key: ReturnType<typeof readKey>,
  path: OptionProblem["path"],
): ReadonlyArray<OptionProblem> =>
  Effect.runSync(Effect.match(key, {
    onSuccess: () => [],
    onFailure: ({ message }) => [{ path, message, remedy: "write only the key there" }],
  }))

const sessionProblems = ({ sessions, shard_by, ...filters }: WrittenOptions): ReadonlyArray<OptionProblem> => {
  if (typeof sessions !== "number" || sessions === 1) {
    if (shard_by === undefined || sessions !== undefined && sessions !== 1) return []
    const message = "Cannot use `shard_by` without `sessions`: one session is not divided"
    return [{ path: ["shard_by"], part: "key", message, remedy: "add `sessions`, or remove it" }]
  }
  const kind = shard_by === "sport" ? "sports" : "sportsbooks"
  const names = filters[kind]
  if (!Array.isArray(names) || names.length === 0 || names.some((name) => typeof name !== "string")) return []
  const by = shard_by === "sport" ? "sport" : "sportsbook"
  const refused = shardFilters(filtersIn({ [kind]: names }), { by, over: sessions })
  return refused instanceof ShardsRefused
    ? [{ path: ["sessions"], message: refused.message, remedy: `write fewer sessions, or more ${kind}` }]
    : []
}

interface KeyOptions {
  readonly key?: unknown
  readonly key_file?: unknown
}

/** A key file that others can read, or no key at all: only a warning, because the run may have another environment. */
export const feedWarnings = (
  { key, key_file }: KeyOptions,
  { env, folder }: OptionsPlace,
  host: PartsHost,
): ReadonlyArray<OptionProblem> => {
  const exposure = typeof key_file === "string" ? namedSecretExposure(resolve(folder, key_file)) : undefined
  if (exposure !== undefined) {
    return [{
      path: ["key_file"],
      message: `The file ${key_file} holds the key: ${exposure.found}`,
      remedy: exposure.advice,
    }]
  }
  if (key !== undefined || key_file !== undefined || ((host.env?.() ?? env)[keyVariable] ?? "").trim() !== "") return []
  const message = `There is no key: ${keyVariable} is not set, and a run needs it`
  return [{ path: [], part: "key", message, remedy: "set it, or write `key: { env: NAME }` or `key_file: path`" }]
}
