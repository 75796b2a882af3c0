/** What is wrong with the options of the feed, before anything is dialed. */
import type { OptionProblem, OptionsPlace, WrittenOptions } from "@boltodds/config"
import { defaultFeedUrl, parseFeedUrl, readKey, shardFilters, ShardsRefused, UrlRefused } from "@boltodds/connection"
import { keyInFile, longestKeyFile } from "@boltodds/connection/node"
import { namedSecretExposure } from "@boltodds/machine"
import * as Effect from "effect/Effect"
import { readFileSync, statSync } from "node:fs"
import { resolve } from "node:path"
import { keyIn, keyVariable, urlVariable } from "../process/environment.ts"
import { filtersIn } from "./filterOptions.ts"
import { vendorHost } from "./keyHost.ts"

/** Everything for which a run would be refused at its start. */
export const feedProblems = (written: WrittenOptions, place: OptionsPlace): ReadonlyArray<OptionProblem> => [
  ...urlProblems(written, place),
  ...keyProblems(written, place),
  ...sessionProblems(written),
]

const vendorPath = new URL(defaultFeedUrl).pathname

/** A path at the vendor's host that is not the feed's: every dial would be answered 404. */
const pathProblems = (path: OptionProblem["path"], text: string): ReadonlyArray<OptionProblem> => {
  const { host, pathname } = new URL(text)
  if (host !== vendorHost || pathname.replace(/(?<!\/)\/+$/, "") === vendorPath) return []
  const message = `Cannot find the feed at the path ${JSON.stringify(pathname)} of ${host}: it is at ${vendorPath}`
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
  // The address itself says what to write in place of what is readable on the way.
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
      message: "Cannot use `key_file` beside `key`: the key comes from one place",
      remedy: "remove one of them",
    }]
  }
  if (typeof key === "string") return unreadable(readKey(key, "the key given"), ["key"])
  if (typeof key_file !== "string") return []
  const place = `the file ${key_file}`
  const file = resolve(folder, key_file)
  try {
    const stats = statSync(file)
    // A pipe gives its key once: the run reads it. It would be waited for, too.
    if (!stats.isFile() && !stats.isDirectory()) return []
    if (stats.size > longestKeyFile) throw new Error("it is too large for a key")
    return unreadable(keyInFile(readFileSync(file), place), ["key_file"])
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    return [{
      path: ["key_file"],
      message: `Cannot read the key: ${place} cannot be read: ${why}`,
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
    onFailure: ({ message }) => [{ path, message, remedy: "write the key there, and nothing else" }],
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

/** A key that others can read; and that there is none: it may be set elsewhere than here, so that is a doubt. */
export const feedWarnings = (
  { key, key_file }: KeyOptions,
  { env, folder }: OptionsPlace,
): ReadonlyArray<OptionProblem> => {
  const exposure = typeof key_file === "string" ? namedSecretExposure(resolve(folder, key_file)) : undefined
  if (exposure !== undefined) {
    return [{
      path: ["key_file"],
      message: `The file ${key_file} holds the key: ${exposure.found}`,
      remedy: exposure.advice,
    }]
  }
  if (key !== undefined || key_file !== undefined || keyIn(env) !== "") return []
  const message = `There is no key here: ${keyVariable} is not set, and a run needs it`
  return [{ path: [], part: "key", message, remedy: "set it, or write `key: { env: NAME }` or `key_file: path`" }]
}
