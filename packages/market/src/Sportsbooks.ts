/** What is known of sportsbooks: whether one can bet there, who shares prices with whom, what is kept of winnings. */
import type { Fee } from "@boltodds/odds"
import { didYouMean, expectedButGot } from "@boltodds/text"
import { remember } from "./internal/characters.ts"
import { isRecord, unknownMembers } from "./internal/json.ts"

/** What kind of place it is. `synthetic` is a number that somebody computed; nobody takes a bet at it. */
export const sportsbookKinds = ["sportsbook", "exchange", "predictions", "synthetic"] as const

/** See {@link sportsbookKinds}. */
export type SportsbookKind = (typeof sportsbookKinds)[number]

/** The facts of one sportsbook. */
export interface Sportsbook {
  /** In lower case, as the feed sends it. */
  readonly name: string
  readonly kind: SportsbookKind
  /** Whether a bet can be placed: its prices may be a leg. */
  readonly bettable: boolean
  /** Sportsbooks of one family share prices and count as one. The name of the family; its own where it has none. */
  readonly family: string
  /** A family that is inferred and not sure. It does not count as one by itself. */
  readonly likely_family: string | null
  /** What is kept; `netOdds` applies it. */
  readonly fee: Fee
  /**
   * Where the fee is from: `none`, the user (`set`), or `assumed`: 2 % of winnings at exchanges and prediction markets
   * until the user sets them.
   */
  readonly fees: "none" | "assumed" | "set"
}

/** What a user's file says of one sportsbook; what it leaves out stays as it is. */
export interface SportsbookSettings {
  readonly kind?: SportsbookKind
  readonly bettable?: boolean
  readonly family?: string
  readonly fee?: Fee
}

/** A user's file: settings by name. */
export type SportsbooksFile = Readonly<Record<string, SportsbookSettings>>

/** All sportsbooks; one that is not in a table is an ordinary one with a family of its own. */
export interface Sportsbooks {
  /** Total: any name has facts. Case and white space around it do not count. */
  readonly of: (name: string) => Sportsbook
}

type Facts = Partial<Pick<Sportsbook, "kind" | "bettable" | "family" | "likely_family">>

/** Families that are sure; then the likely ones, by owner or platform. */
const shipped: ReadonlyMap<string, Facts> = new Map<string, Facts>([
  ["consensus", { kind: "synthetic", bettable: false }],
  ["kalshi", { kind: "predictions" }],
  ["polymarket", { kind: "predictions" }],
  ["dk predictions", { kind: "predictions" }],
  ["fanduel predicts", { kind: "predictions" }],
  ["prophetx", { kind: "exchange" }],
  ["novig", { kind: "exchange" }],
  ["betfair", { kind: "exchange" }],
  ["betfair exchange", { kind: "exchange" }],
  ["betfair ex", { kind: "exchange" }],
  ["sporttrade", { kind: "exchange" }],
  ["matchbook", { kind: "exchange" }],
  ["smarkets", { kind: "exchange" }],
  ["bodog", { family: "bovada" }],
  ["bovada", { family: "bovada" }],
  ["pinnacle", { family: "pinnacle" }],
  ["ps3838", { family: "pinnacle" }],
  ["espnbet", { family: "thescore" }],
  ["thescore", { family: "thescore" }],
  ["scorebet", { family: "thescore" }],
  ...["betrivers", "ballybet", "leovegas", "888", "playfallsview"].map((name) =>
    [name, { likely_family: "kambi" }] as const
  ),
  ...["betmgm", "bwin", "partysports", "sportsinteraction"].map((name) => [name, { likely_family: "entain" }] as const),
])

/** What exchanges and prediction markets are taken to keep until the user says it. */
const assumedFee: Fee = { winnings: 0.02 }

/** No feed has more names; beyond it facts are made anew. */
const mostNames = 4096

/** The sportsbooks of the tables, with a user's settings on top (`parseSportsbooks` reads them from a file). */
export const makeSportsbooks = (settings: SportsbooksFile = {}): Sportsbooks => {
  const own = new Map(Object.entries(settings).map(([name, each]) => [nameOf(name), each]))
  const known = new Map<string, Sportsbook>()
  return {
    of: (raw) => {
      const cached = known.get(raw)
      if (cached !== undefined) return cached
      return remember(known, raw, factsOf(nameOf(raw), own.get(nameOf(raw)) ?? {}), mostNames)
    },
  }
}

const nameOf = (raw: string): string => raw.normalize("NFKC").trim().toLowerCase()

const factsOf = (name: string, settings: SportsbookSettings): Sportsbook => {
  const table = shipped.get(name) ?? {}
  const kind = settings.kind ?? table.kind ?? "sportsbook"
  const hasFees = kind === "exchange" || kind === "predictions"
  return {
    name,
    kind,
    // Nobody takes bets at a synthetic price, whatever a file says.
    bettable: kind !== "synthetic" && (settings.bettable ?? table.bettable ?? true),
    family: settings.family === undefined ? table.family ?? name : nameOf(settings.family),
    likely_family: settings.family === undefined ? table.likely_family ?? null : null,
    fee: settings.fee ?? (hasFees ? assumedFee : {}),
    fees: settings.fee !== undefined ? "set" : hasFees ? "assumed" : "none",
  }
}

/** See {@link parseSportsbooks}. */
export type SportsbooksReading =
  | { readonly _tag: "Sportsbooks"; readonly settings: SportsbooksFile }
  | { readonly _tag: "Invalid"; readonly problems: ReadonlyArray<string> }

/**
 * Reads a user's sportsbooks from parsed JSON. Never throws: every problem is a sentence with the place, what is expected
 * and what was found.
 *
 * @example
 * ```ts
 * import { makeSportsbooks, parseSportsbooks } from "@boltodds/market"
 *
 * const read = parseSportsbooks({ prophetx: { fee: { winnings: 0.01 } }, bet99: { bettable: false } })
 * const sportsbooks = makeSportsbooks(read._tag === "Sportsbooks" ? read.settings : {})
 * sportsbooks.of("ProphetX").fees // "set"
 * sportsbooks.of("kalshi").fees // "assumed"
 * ```
 */
export const parseSportsbooks = (json: unknown): SportsbooksReading => {
  if (!isRecord(json)) return { _tag: "Invalid", problems: [expectedButGot("an object", json)] }
  const names = Object.keys(json)
  const problems = names.flatMap((name) => problemsOf(json[name], name))
  const seen = new Map<string, string>()
  for (const name of names) {
    const twin = seen.get(nameOf(name))
    if (twin !== undefined) problems.push(`${name}: the same sportsbook as ${JSON.stringify(twin)}; keep one`)
    else seen.set(nameOf(name), name)
    if (nameOf(name) === "") problems.push(`${JSON.stringify(name)}: ${expectedButGot("a name", name)}`)
  }
  return problems.length > 0
    ? { _tag: "Invalid", problems }
    : { _tag: "Sportsbooks", settings: json as SportsbooksFile }
}

const problemsOf = (value: unknown, name: string): ReadonlyArray<string> => {
  if (!isRecord(value)) return [`${name}: ${expectedButGot("an object", value)}`]
  const problems = [...unknownMembers(value, ["kind", "bettable", "family", "fee"], `${name}.`)]
  const { kind, bettable, family, fee } = value
  if (kind !== undefined && !sportsbookKinds.includes(kind as SportsbookKind)) {
    const expected = expectedButGot(`one of ${sportsbookKinds.join(", ")}`, kind)
    problems.push(`${name}.kind: ${expected}.${didYouMean(String(kind), sportsbookKinds)}`)
  }
  if (bettable !== undefined && typeof bettable !== "boolean") {
    problems.push(`${name}.bettable: ${expectedButGot("true or false", bettable)}`)
  }
  if (family !== undefined && (typeof family !== "string" || nameOf(family) === "")) {
    problems.push(`${name}.family: ${expectedButGot("a name", family)}`)
  }
  return fee === undefined ? problems : [...problems, ...problemsOfFee(fee, `${name}.fee`)]
}

const problemsOfFee = (fee: unknown, at: string): ReadonlyArray<string> => {
  if (!isRecord(fee)) return [`${at}: ${expectedButGot("an object", fee)}`]
  const members = ["winnings", "stake", "contract"]
  const problems = [...unknownMembers(fee, members, `${at}.`)]
  for (const member of members) {
    const part = fee[member]
    if (part === undefined || (typeof part === "number" && part >= 0 && part < 1)) continue
    const hint = typeof part === "number" && part >= 1 ? ` 2 % is 0.02.` : ""
    problems.push(`${at}.${member}: ${expectedButGot("a fraction from 0 to below 1", part)}.${hint}`)
  }
  return problems
}
