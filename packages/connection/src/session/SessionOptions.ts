/** The options of a session: their defaults, and the check for programs without types. */
import type { Frame, GivenFilters } from "@boltodds/protocol"
import { nearestNames } from "@boltodds/text"
import type { Catalog } from "../catalog/Catalog.ts"
import type { Key } from "../key/Key.ts"
import type { KeyLeases } from "../key/KeyLeases.ts"
import type { Transport } from "../transport/Transport.ts"
import type { BackoffMemory } from "./BackoffMemory.ts"
import type { Diagnosis } from "./Diagnosis.ts"
import type { Status } from "./Status.ts"
import type { WatchLimits } from "./Watch.ts"

/** Options of {@link makeSession}. */
export interface SessionOptions {
  readonly key: Key
  readonly transport: Transport
  /** @default {@link defaultFeedUrl} */
  readonly url?: string | undefined
  /** Whether `ws://` is allowed to hosts other than this machine. @default false */
  readonly insecure?: boolean | undefined
  /** @default everything */
  readonly filters?: GivenFilters | undefined
  /** The session's name in its events. @default "feed" */
  readonly name?: string | undefined
  /** Attempts in a row without data, after which the stream fails with `FeedUnavailable`. @default unlimited */
  readonly maxAttempts?: number | undefined
  /** How much may wait for the consumer before the session stops reading, in bytes; a turn more is possible. @default 8_388_608 */
  readonly bufferBytes?: number | undefined
  /** @default {@link defaultLimits} */
  readonly limits?: Partial<WatchLimits> | undefined
  /**
   * Called with each frame as it arrives, in the same turn of the event loop, before the stream has it. The stream gives
   * the same frame. An exception ends the stream as a defect.
   */
  readonly onFrame?: ((frame: Frame) => void) | undefined
  /** Called at once with each status, as in `statuses`. */
  readonly onStatus?: ((status: Status) => void) | undefined
  /** Called when a connection has brought no data for 20 s. The catalog is asked first, if there is one. */
  readonly onDiagnosis?: ((diagnosis: Diagnosis) => void) | undefined
  /**
   * Called with a sentence, once for each cause, when there is no connection, nothing comes, or a connection brings no
   * data. False: no warnings. @default `console.warn`, unless `onStatus` is given
   */
  readonly onWarning?: ((message: string) => void) | false | undefined
  /**
   * Called once when the server sends the key back in a frame. The frame has `[redacted]` in its place.
   * @default `onWarning`
   */
  readonly onKeyEcho?: (() => void) | undefined
  /** The catalog that a diagnosis checks the names of the filters against. @default none */
  readonly catalog?: Catalog | undefined
  /** Stores the back-off for the next run; `machineMemory` of the `node` entry uses files. @default none */
  readonly memory?: BackoffMemory | undefined
  /** Shows other processes that this key is in use; `machineLeases` of the `node` entry uses files. @default none */
  readonly leases?: KeyLeases | undefined
}

/** Defaults of {@link SessionOptions}. */
export const sessionDefaults = { name: "feed", maxAttempts: Infinity, bufferBytes: 8 * 1024 * 1024 } as const

type Kind = "text" | "flag" | "count" | "function" | "object" | "key"

/** The options of `makeSession` and `connect`. */
const kinds: Readonly<Record<keyof SessionOptions | "limiter", Kind>> = {
  key: "key",
  transport: "object",
  limiter: "object",
  url: "text",
  insecure: "flag",
  filters: "object",
  name: "text",
  maxAttempts: "count",
  bufferBytes: "count",
  limits: "object",
  onFrame: "function",
  onStatus: "function",
  onDiagnosis: "function",
  onWarning: "function",
  onKeyEcho: "function",
  catalog: "object",
  memory: "object",
  leases: "object",
}

const isOf: Readonly<Record<Kind, readonly [expected: string, is: (value: unknown) => boolean]>> = {
  text: ["a text", (value) => typeof value === "string"],
  flag: ["true or false", (value) => typeof value === "boolean"],
  count: ["a number above 0", (value) => typeof value === "number" && value > 0],
  function: ["a function", (value) => typeof value === "function"],
  object: ["an object", (value) => typeof value === "object" && value !== null && !Array.isArray(value)],
  key: [
    "a text or a source such as keyFromFile(path)",
    (value) => typeof value === "string" || (typeof value === "object" && value !== null),
  ],
}

/** Throws a `TypeError` if an option is unknown or has a wrong type. The values of keys are not shown. */
export const checkSessionOptions = (options: object): void => {
  checkNamesOf(options, Object.keys(kinds), "option")
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || (name === "onWarning" && value === false)) continue
    const [expected, is] = isOf[kinds[name as keyof typeof kinds]]
    if (!is(value)) {
      const got = name === "key" ? typeName(value) : shown(value)
      throw new TypeError(`Cannot use the option "${name}": expected ${expected}, got ${got}`)
    }
  }
  checkFilterOptions((options as { readonly filters?: unknown }).filters)
}

const filterKinds = ["sports", "sportsbooks", "games", "markets"]

/** Throws a `TypeError` if a filter is unknown, or not an array of names. */
export const checkFilterOptions = (filters: unknown): void => {
  if (filters === undefined) return
  if (typeof filters !== "object" || filters === null || Array.isArray(filters)) {
    throw new TypeError(`Cannot use the filters: expected an object such as { sports: ["NBA"] }, got ${shown(filters)}`)
  }
  checkNamesOf(filters, filterKinds, "filter")
  for (const [kind, names] of Object.entries(filters)) {
    if (names === undefined) continue
    if (!Array.isArray(names)) {
      const meant = typeof names === "string" ? `. Write ${kind}: [${JSON.stringify(names)}]` : ""
      throw new TypeError(`Cannot use the filter "${kind}": expected an array of names, got ${shown(names)}${meant}`)
    }
    const wrong = names.findIndex((name) => typeof name !== "string" || name.trim() === "")
    if (wrong !== -1) {
      throw new TypeError(`Cannot use the filter "${kind}": expected a name at [${wrong}], got ${shown(names[wrong])}`)
    }
  }
}

/** Other names for options and filters, as elsewhere in the field. */
const otherNames: Readonly<Record<string, string>> = {
  sport: "sports",
  league: "sports",
  leagues: "sports",
  book: "sportsbooks",
  books: "sportsbooks",
  sportsbook: "sportsbooks",
  bookmaker: "sportsbooks",
  bookmakers: "sportsbooks",
  game: "games",
  event: "games",
  events: "games",
  market: "markets",
  filter: "filters",
  apiKey: "key",
  api_key: "key",
  token: "key",
}

const checkNamesOf = (given: object, known: ReadonlyArray<string>, what: string): void => {
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue
    const other = otherNames[name]
    const meant = other !== undefined && known.includes(other) ? other : nearestNames(name, known)[0]
    throw new TypeError(
      `Unknown ${what} ${JSON.stringify(name)}. ` +
        (meant === undefined ? `Known: ${known.join(", ")}` : `Did you mean "${meant}"?`),
    )
  }
}

const typeName = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "an array" : `a value of type ${typeof value}`

const shown = (value: unknown): string => {
  if (typeof value === "string") {
    return `the text ${JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)}`
  }
  return typeof value === "number" || typeof value === "boolean" ? String(value) : typeName(value)
}
