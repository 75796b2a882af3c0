/** What the REST endpoints answer, in the forms they have been seen in. */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** The body of `get_info`: every name a filter may use. */
export interface InfoBody {
  readonly sports: ReadonlyArray<string>
  readonly sportsbooks: ReadonlyArray<string>
}

/** One game of `get_games`. */
export interface CatalogGame {
  /** The game key, as `filters.games` wants it. */
  readonly game: string
  readonly sport: string | null
  /** US Eastern, no zone; see `parseStartsAt`. */
  readonly when: string | null
  readonly universal_id: string | null
  readonly orig_teams: string | null
}

/** The markets of `get_markets`, by sportsbook and sport; under `"*"` where the server did not separate them. */
export interface MarketsBody {
  readonly [sportsbook: string]: { readonly [sport: string]: ReadonlyArray<string> }
}

/**
 * An answer that cannot be used: not the expected form, or the server's own error in place of data. `reason` may hold up
 * to 200 characters of what the server said: redact the key before showing it.
 */
export class BodyError {
  readonly _tag = "BodyError"
  readonly reason: string
  /** Whether the server sent an error message instead of data. */
  readonly fromServer: boolean
  constructor(reason: string, fromServer: boolean) {
    this.reason = reason
    this.fromServer = fromServer
  }
}

const Names = Schema.Array(Schema.String)
const isNames = Schema.is(Names)
const isInfo = Schema.is(Schema.Struct({ sports: Names, sportsbooks: Names }))
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Reads the body of `get_info`, bare or within `info` or `data`. Fails with {@link BodyError}. */
export const decodeInfo = (body: unknown): Result.Result<InfoBody, BodyError> => {
  const value = unwrap(body, "info")
  return isInfo(value)
    ? Result.succeed({ sports: value.sports, sportsbooks: value.sportsbooks })
    : wrong(body, "an object with `sports` and `sportsbooks`")
}

/**
 * Reads the body of `get_games`: an object by game key, a list, or either within `games` or `data`. Entries that are no
 * games are left out. Fails with {@link BodyError} where none is one.
 *
 * @example
 * ```ts
 * import { decodeGames } from "@boltodds/protocol"
 * import * as Result from "effect/Result"
 *
 * const games = decodeGames({ "Home vs Away, 2026-07-16, 1e1f1b8dc2ec": { sport: "MLB", when: "2026-07-16, 07:10 PM" } })
 * if (Result.isSuccess(games)) console.log(games.success[0]?.sport) // MLB
 * ```
 */
export const decodeGames = (body: unknown): Result.Result<ReadonlyArray<CatalogGame>, BodyError> => {
  if (serverError(body, "games") !== undefined) return wrong(body, "games")
  const value = unwrap(body, "games")
  if (Array.isArray(value)) {
    const games = value.flatMap((entry) => typeof entry === "string" ? game(entry, {}) : game(undefined, entry))
    return games.length > 0 || value.length === 0 ? Result.succeed(games) : wrong(body, "a list of games")
  }
  if (!isObject(value)) return wrong(body, "games")
  const entries = Object.entries(value)
  const games = entries.flatMap(([key, entry]) => game(key, entry))
  return games.length > 0 || entries.length === 0 ? Result.succeed(games) : wrong(body, "games by key")
}

const game = (key: string | undefined, entry: unknown): ReadonlyArray<CatalogGame> => {
  if (!isObject(entry)) return []
  const text = (field: string): string | null => typeof entry[field] === "string" ? entry[field] : null
  const name = key ?? text("game")
  if (name === null || name === "") return []
  return [{
    game: name,
    sport: text("sport"),
    when: text("when"),
    universal_id: text("universal_id"),
    orig_teams: text("orig_teams"),
  }]
}

/**
 * Reads the body of `get_markets`: by sportsbook and sport, or a flat list; bare or within `markets` or `data`. Fails with
 * {@link BodyError}.
 */
export const decodeMarkets = (body: unknown): Result.Result<MarketsBody, BodyError> => {
  if (serverError(body, "markets") !== undefined) return wrong(body, "markets")
  const value = unwrap(body, "markets")
  if (isNames(value)) return Result.succeed({ "*": { "*": value } })
  if (!isObject(value)) return wrong(body, "markets")
  const books: Array<[string, Record<string, ReadonlyArray<string>>]> = []
  for (const [sportsbook, sports] of Object.entries(value)) {
    if (isNames(sports)) books.push([sportsbook, { "*": sports }])
    else if (isObject(sports)) {
      const named = Object.entries(sports).filter((entry): entry is [string, ReadonlyArray<string>] =>
        isNames(entry[1])
      )
      books.push([sportsbook, Object.fromEntries(named)])
    } else return wrong(body, "markets by sportsbook and sport")
  }
  return Result.succeed(Object.fromEntries(books))
}

/** Answers have been seen bare and wrapped. */
const unwrap = (body: unknown, name: string): unknown => {
  if (!isObject(body)) return body
  for (const wrapper of [name, "data"]) {
    const inner = body[wrapper]
    if (typeof inner === "object" && inner !== null && !("sport" in inner)) return inner
  }
  return body
}

/**
 * The server's error in place of data: a 200 with `{error|message|status}` (PROTOCOL, "errors"), the text perhaps one level
 * further down, or with the `detail` of common web frameworks.
 */
const serverError = (body: unknown, name: string): string | undefined => {
  if (!isObject(body) || name in body || "data" in body) return undefined
  for (const field of ["error", "message", "detail", "status"]) {
    const said = body[field]
    const text = isObject(said) ? said["message"] : said
    if (typeof text === "string") return text
    if (field === "status" && typeof text === "number") return `status ${text}`
  }
  return undefined
}

const wrong = (body: unknown, expected: string): Result.Result<never, BodyError> => {
  const said = serverError(body, "")
  return Result.fail(
    said === undefined
      ? new BodyError(`the answer is not ${expected}`, false)
      : new BodyError(`the server answered: ${said.slice(0, 200)}`, true),
  )
}
