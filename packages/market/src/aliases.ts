/** Names that a user explains: of markets and of people. They come before the built-in tables. */
import { didYouMean, expectedButGot } from "@boltodds/text"
import { foldMarketName } from "./foldMarketName.ts"
import { isRecord, unknownMembers } from "./internal/json.ts"
import { canonicalStat } from "./internal/rules.ts"
import { participantKey, suffixedKey } from "./participants.ts"
import { type Kind, kinds, scopes, type SelectionScope } from "./Selection.ts"

/** What one market's name means. What it leaves out is read from the name as usual. */
export interface MarketAlias {
  /** The name as the feed sends it; case, spaces and dashes do not count. */
  readonly market: string
  /** Only at this sportsbook; case does not count. */
  readonly sportsbook?: string
  /** Only in this sport; case does not count. */
  readonly sport?: string
  readonly period?: string
  readonly kind?: Kind
  readonly scope?: SelectionScope
  /** A stat of the tables, by any of its names: `passing yards`. In kind `other` any text. Of other kinds that count nothing it is refused. */
  readonly stat?: string
}

/** The aliases of a file. */
export interface Aliases {
  readonly markets: ReadonlyArray<MarketAlias>
  /** From a player's name to the name that it is compared by. A name with a suffix (Jr., II) is only that man's. */
  readonly people: Readonly<Record<string, string>>
}

/** See {@link parseAliases}. */
export type AliasesReading =
  | { readonly _tag: "Aliases"; readonly aliases: Aliases }
  | { readonly _tag: "Invalid"; readonly problems: ReadonlyArray<string> }

const periodForm = /^(?:game|reg|ot|[hqpismr][1-9]\d?|f[1-9]|s[1-5]g\d{1,2})$/

/**
 * Reads aliases from parsed JSON. Never throws: every problem is a sentence with the place, what is expected and what was
 * found.
 *
 * @example
 * ```ts
 * import { parseAliases } from "@boltodds/market"
 *
 * parseAliases({
 *   markets: [{ market: "Handicap Betting", sport: "EPL", kind: "spread" }],
 *   people: { "Hollywood Brown": "Marquise Brown" },
 * })
 * parseAliases({ markets: [{ market: "Halves", kind: "spreads" }] })
 * // { _tag: "Invalid", problems: ['markets[0].kind: expected one of moneyline, …; got "spreads". Did you mean "spread"?'] }
 * ```
 */
export const parseAliases = (json: unknown): AliasesReading => {
  if (!isRecord(json)) return { _tag: "Invalid", problems: [expectedButGot("an object", json)] }
  const problems = [...unknownMembers(json, ["markets", "people"], "")]
  const { markets = [], people = {} } = json
  if (!Array.isArray(markets)) problems.push(`markets: ${expectedButGot("a list", markets)}`)
  else for (const [index, each] of markets.entries()) problems.push(...problemsOfMarket(each, `markets[${index}]`))
  if (Array.isArray(markets)) problems.push(...problemsOfTwins(markets.map(placeOfMarket), (at) => `markets[${at}]`))
  if (!isRecord(people)) problems.push(`people: ${expectedButGot("an object", people)}`)
  else {
    const names = Object.keys(people)
    problems.push(...problemsOfTwins(names.map(suffixedKey), (at) => `people[${JSON.stringify(names[at])}]`))
    for (const [name, value] of Object.entries(people)) {
      if (participantKey(name) === "") problems.push(`people: ${expectedButGot("a name", name)}`)
      if (typeof value !== "string" || participantKey(value) === "") {
        problems.push(`people[${JSON.stringify(name)}]: ${expectedButGot("a name", value)}`)
      }
    }
  }
  if (problems.length > 0) return { _tag: "Invalid", problems }
  return {
    _tag: "Aliases",
    aliases: { markets: markets as ReadonlyArray<MarketAlias>, people: people as Record<string, string> },
  }
}

/** Two that say the same thing of the same name: which one holds would depend on their order. */
const problemsOfTwins = (keys: ReadonlyArray<string>, placeOf: (index: number) => string): ReadonlyArray<string> => {
  const seen = new Map<string, number>()
  return keys.flatMap((key, index) => {
    const first = seen.get(key) ?? index
    seen.set(key, first)
    return key === "" || first === index ? [] : [`${placeOf(index)}: the same name as ${placeOf(first)}; keep one`]
  })
}

const placeOfMarket = (value: unknown): string => {
  if (!isRecord(value) || typeof value["market"] !== "string") return ""
  return JSON.stringify(
    [value["market"], value["sportsbook"], value["sport"]].map((each) => foldMarketName(String(each ?? ""))),
  )
}

const withStat: ReadonlySet<unknown> = new Set([
  "spread",
  "spread_3way",
  "total",
  "yes_no",
  "first",
  "other",
  undefined,
])

const problemsOfMarket = (value: unknown, at: string): ReadonlyArray<string> => {
  if (!isRecord(value)) return [`${at}: ${expectedButGot("an object", value)}`]
  const members = ["market", "sportsbook", "sport", "period", "kind", "scope", "stat"]
  const problems = [...unknownMembers(value, members, `${at}.`)]
  for (const member of members) {
    const each = value[member]
    if (each === undefined && member !== "market") continue
    if (typeof each !== "string" || each.trim() === "") {
      problems.push(`${at}.${member}: ${expectedButGot("a text", each)}`)
    }
  }
  const { market, kind, scope, period } = value
  const among = (member: string, each: unknown, names: ReadonlyArray<string>): void => {
    if (typeof each !== "string" || names.includes(each)) return
    problems.push(`${at}.${member}: ${expectedButGot(`one of ${names.join(", ")}`, each)}.${didYouMean(each, names)}`)
  }
  among("kind", kind, kinds)
  among("scope", scope, scopes)
  if (typeof period === "string" && !periodForm.test(period)) {
    problems.push(`${at}.period: ${expectedButGot("a period such as game, h1, q2, f5", period)}`)
  }
  if (typeof market === "string" && market.trim() !== "" && foldMarketName(market) === "") {
    problems.push(`${at}.market: ${expectedButGot("a name with letters or digits", market)}`)
  }
  const { stat } = value
  if (typeof stat === "string" && kind !== "other" && canonicalStat(stat) === undefined) {
    problems.push(`${at}.stat: ${expectedButGot("a stat such as points, goals, passing yards", stat)}`)
  }
  if (stat !== undefined && !withStat.has(kind)) {
    problems.push(`${at}.stat: kind ${String(kind)} has no stat; remove it`)
  }
  if (kind === undefined && scope === undefined && period === undefined && value["stat"] === undefined) {
    problems.push(`${at}: says nothing of the market; give at least one of period, kind, scope, stat`)
  }
  return problems
}
