/** Options as programs without types give them: every mistake is thrown, with what was found and what is meant. */
import { nearestNames } from "@boltodds/text"

const filterKinds = ["sports", "sportsbooks", "games", "markets"]

/** What people call them elsewhere. */
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

/** Throws a `TypeError` where these are no filters. */
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

type Kind = "text" | "flag" | "count" | "function" | "object" | "key"

const kinds: Readonly<Record<string, Kind>> = {
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

/** Throws a `TypeError` where an option is unknown, or not what it must be. Values of keys are not shown. */
export const checkSessionOptions = (options: object): void => {
  checkNamesOf(options, Object.keys(kinds), "option")
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || (name === "onWarning" && value === false)) continue
    const kind = kinds[name]!
    const [expected, is] = isOf[kind]
    if (!is(value)) {
      const got = name === "key" ? typeName(value) : shown(value)
      throw new TypeError(`Cannot use the option "${name}": expected ${expected}, got ${got}`)
    }
  }
  checkFilterOptions((options as { readonly filters?: unknown }).filters)
}

const checkNamesOf = (given: object, known: ReadonlyArray<string>, what: string): void => {
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue
    const other = otherNames[name]
    const meant = other !== undefined && known.includes(other) ? other : nearestNames(name, known)[0]
    throw new TypeError(
      `Unknown ${what} ${JSON.stringify(name)}. ` +
        (meant === undefined ? `There are ${known.join(", ")}` : `Did you mean "${meant}"?`),
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
