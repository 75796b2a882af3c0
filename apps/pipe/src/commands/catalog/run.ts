/** `catalog` at work. */
import { type Catalog, type CatalogError, describeStored, Limiter, makeCatalog, UrlRefused } from "@boltodds/connection"
import { nodeGet } from "@boltodds/connection/node"
import { visible, visibleJson } from "@boltodds/text"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { ExitCode, Failure, UsageError } from "../../process/ExitCode.ts"
import type { ParsedFlags } from "../../commandLine/flags.ts"
import { writeOut } from "../../terminal/Terminal.ts"
import { thisMachine } from "@boltodds/parts/feed"
import { feedOf, filtersOf, logOf } from "../../commandLine/settings.ts"

/** What can be listed. */
export type CatalogKind = "sports" | "sportsbooks" | "games" | "markets"

/** One thing of the catalog: its name, and all that is known. */
interface Entry {
  readonly name: string
  readonly facts: object
}

/** Prints the names that the feed knows. */
export const runCatalog = async (given: ParsedFlags, kind: CatalogKind): Promise<ExitCode> => {
  const log = logOf(given)
  const feed = await feedOf(given, log)
  const { sports = [], sportsbooks = [] } = filtersOf(given)
  if (sports.length > 0 && kind !== "games" && kind !== "markets") {
    throw pointless("sport", "games and markets")
  }
  if (sportsbooks.length > 0 && kind !== "markets") {
    throw pointless("sportsbook", "markets")
  }
  const { limiter, store } = thisMachine(log.log, "boltodds-pipe")
  const program = Effect.flatMap(
    makeCatalog({ ...feed, get: nodeGet, store, onStored: (used) => log.log("warn", describeStored(used)) }),
    (catalog) => list(catalog, kind, { sports, sportsbooks }),
  ).pipe(Effect.provideService(Limiter, limiter), Effect.provide(log.layer))
  const exit = await Effect.runPromiseExit(program)
  if (Exit.isFailure(exit)) throw failureOf(exit.cause)
  const lines = given.isSet("json")
    ? exit.value.map(({ facts }) => visibleJson(JSON.stringify(facts)))
    // A market that several sportsbooks have is one name.
    : [...new Set(exit.value.map(({ name }) => visible(name)))]
  if (lines.length === 0) {
    log.log(
      "warn",
      `the catalog lists no ${kind}${sports.length > 0 ? " for this" : ""} now`,
    )
  } else await writeOut(`${lines.join("\n")}\n`)
  return ExitCode.clean
}

const pointless = (flag: string, kinds: string): UsageError =>
  new UsageError(`Cannot use --${flag} here: it is for ${kinds}`)

const list = (
  catalog: Catalog,
  kind: CatalogKind,
  { sports, sportsbooks }: {
    readonly sports: ReadonlyArray<string>
    readonly sportsbooks: ReadonlyArray<string>
  },
): Effect.Effect<ReadonlyArray<Entry>, CatalogError> => {
  switch (kind) {
    case "sports":
      return Effect.map(
        catalog.info,
        (info) => info.sports.map((sport) => ({ name: sport, facts: { sport } })),
      )
    case "sportsbooks":
      return Effect.map(
        catalog.info,
        (info) =>
          info.sportsbooks.map((sportsbook) => ({
            name: sportsbook,
            facts: { sportsbook },
          })),
      )
    case "games":
      return Effect.map(
        catalog.games,
        (games) =>
          games.filter(({ sport }) => sports.length === 0 || (sport !== null && sports.includes(sport)))
            .map((game) => ({ name: game.game, facts: game })),
      )
    case "markets":
      return Effect.map(
        catalog.markets({ sports, sportsbooks }),
        (markets) => {
          const rows = Object.entries(markets).flatMap((
            [sportsbook, bySport],
          ) =>
            Object.entries(bySport).flatMap(([sport, names]) => names.map((market) => ({ sportsbook, sport, market })))
          )
          return rows.map((facts) => ({ name: facts.market, facts }))
        },
      )
  }
}

const failureOf = (
  cause: Cause.Cause<CatalogError | UrlRefused>,
): unknown => {
  const error = cause.reasons.find(Cause.isFailReason)?.error
  if (error === undefined) return Cause.squash(cause)
  if (error instanceof UrlRefused) {
    return new UsageError(
      error.message.replace("with insecure", "with --insecure"),
    )
  }
  const refused = error._tag === "CatalogRefused" ||
    error._tag === "KeyUnavailable"
  return new Failure(
    refused ? ExitCode.keyRefused : ExitCode.feedUnavailable,
    error.message,
    { cause: error },
  )
}
