/** The tools that an assistant sees, and their answers. */
import { visibleJson } from "@boltodds/text"
import * as Schema from "effect/Schema"
import { bookOf, findGames, findPrices } from "./prices.ts"
import type { ServedBook } from "./ServedBook.ts"

/** A tool: its texts, its arguments, and its answer as an object of JSON. */
export interface Tool<Arguments> {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly arguments: Schema.Codec<Arguments>
  readonly answer: (given: Arguments, server: ServedBook) => Promise<object>
}

/** Rows of one answer, at most: an assistant reads all of them. */
const mostRows = 500

const Names = (what: string) =>
  Schema.optionalKey(Schema.Array(Schema.String)).annotate({ description: `Only these ${what}, by their whole names.` })
const Limit = (preset: number) =>
  Schema.optionalKey(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: mostRows })),
  ).annotate({ description: `At most so many rows, 1 to ${mostRows}. Default ${preset}.` })
const Words = Schema.optionalKey(Schema.String).annotate({
  description:
    "Words that must all be in the names of the teams or the key of the game, in any case: `yankees red sox`.",
})
const MarketWords = Schema.optionalKey(Schema.String).annotate({
  description: "Words that must all be in the name of the market, in any case: `moneyline`, `total`.",
})

const gameArguments = {
  game: Words,
  sport: Names("sports or leagues, such as MLB,"),
  sportsbook: Names("sportsbooks, such as draftkings,"),
}

const tool = <Arguments>(given: Tool<Arguments>): Tool<never> => given as unknown as Tool<never>

/** The rows of an answer, with what was left off. */
const limited = <Row>(rows: ReadonlyArray<Row>, found: number) =>
  rows.length < found ? { found, left_off: found - rows.length, rows } : { found, rows }

/** The status of the server with each answer: rows without a price have their reason there. */
const stamped = async (server: ServedBook, answer: object): Promise<object> => {
  const { status } = await server.health()
  return { as_of: new Date().toISOString(), feed: status, ...answer }
}

/** Words against the teams and the event of a signal. */
const isAbout = (words: string | undefined, record: Readonly<Record<string, unknown>>): boolean => {
  const text = [record["event"], record["home_team"], record["away_team"]].join(" ").toLowerCase()
  return words === undefined || words.toLowerCase().split(/\s+/).every((word) => text.includes(word))
}

/** The standing records of a signal: those that are neither closed nor a control. */
const standing = async (
  server: ServedBook,
  emit: "best" | "opportunities",
  kind: "best" | "opportunity",
  sport: ReadonlyArray<string> | undefined,
): Promise<ReadonlyArray<Readonly<Record<string, unknown>>>> =>
  (await server.snapshot(emit, { sport })).filter((record) => kind in record && record[kind] !== "closed")

/** All tools, in the order in which they are listed. */
export const tools: ReadonlyArray<Tool<never>> = [
  tool({
    name: "feed_health",
    title: "Is the feed live?",
    description:
      "The status of the odds feed: live, gap (some prices are not verified again since the connection broke), stale " +
      "(nothing comes from the feed), lossy, starting or stopped. Ask this first when prices are missing.",
    arguments: Schema.Struct({}),
    answer: async (_, server) => ({ as_of: new Date().toISOString(), ...await server.health() }),
  }),
  tool({
    name: "list_games",
    title: "Games",
    description:
      "Games with their start (UTC), sportsbooks, number of lines, and number of prices that are live at this moment.",
    arguments: Schema.Struct({ ...gameArguments, limit: Limit(50) }),
    answer: async ({ game, sport, sportsbook, limit = 50 }, server) => {
      const { rows, found } = findGames(bookOf(await server.snapshot("changes", { sport, sportsbook })), {
        game,
        limit,
      })
      return await stamped(server, limited(rows, found))
    },
  }),
  tool({
    name: "get_prices",
    title: "Prices",
    description:
      "Prices of games at each sportsbook: American odds, decimal odds, and the implied probability, which includes the " +
      "sportsbook's margin. `odds` is null where no price is live at this moment; `no_price` says why: suspended, " +
      "unverified, stale, incomplete_game or records_lost. Never fill such a price in from an earlier answer.",
    arguments: Schema.Struct({ ...gameArguments, market: MarketWords, limit: Limit(200) }),
    answer: async ({ game, sport, sportsbook, market, limit = 200 }, server) => {
      const book = bookOf(await server.snapshot("changes", { sport, sportsbook }))
      const { rows, found } = findPrices(book, { game, market, limit })
      return await stamped(server, limited(rows, found))
    },
  }),
  tool({
    name: "best_prices",
    title: "Best prices",
    description:
      "The best live price of each bet over all sportsbooks, with the sportsbooks that offer it, the next best price and " +
      "the booksum of the market. Bets without a live price are left out. Analysis, not advice.",
    arguments: Schema.Struct({ game: Words, sport: gameArguments.sport, limit: Limit(100) }),
    answer: async ({ game, sport, limit = 100 }, server) => {
      const all = (await standing(server, "best", "best", sport))
        .filter((record) => record["odds"] !== null && isAbout(game, record))
      return await stamped(server, limited(all.slice(0, limit), all.length))
    },
  }),
  tool({
    name: "opportunities",
    title: "Opportunities",
    description:
      "Arbitrages, positive expected values, middles and markets of low hold that stand at this moment, the largest value " +
      "first, each with its legs, stakes and warnings. Analysis, not advice: prices move, and limits and fees apply.",
    arguments: Schema.Struct({
      game: Words,
      sport: gameArguments.sport,
      type: Schema.optionalKey(Schema.Literals(["arb", "ev", "middle", "low_hold"])).annotate({
        description: "Only this type. Default: all.",
      }),
      limit: Limit(50),
    }),
    answer: async ({ game, sport, type, limit = 50 }, server) => {
      const all = (await standing(server, "opportunities", "opportunity", sport))
        .filter((record) => (type === undefined || record["type"] === type) && isAbout(game, record))
        .toSorted((one, other) => Number(other["value"]) - Number(one["value"]))
      return await stamped(server, limited(all.slice(0, limit), all.length))
    },
  }),
]

/** An answer as text: names from the feed cannot hide or direct anything in it. */
export const answerText = (answer: object): string => visibleJson(JSON.stringify(answer))
