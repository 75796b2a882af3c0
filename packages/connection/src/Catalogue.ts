/** What the feed offers: sports, sportsbooks, games and markets, over REST. */
import {
  type BodyError,
  type CatalogueGame,
  decodeGames,
  decodeInfo,
  decodeMarkets,
  type InfoBody,
  type MarketsBody,
} from "@boltodds/protocol"
import * as Cache from "effect/Cache"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { refusalIn } from "./Backoff.ts"
import { CatalogueBusy, CatalogueRefused, CatalogueUnavailable, CatalogueUnreadable } from "./CatalogueError.ts"
import { defaultFeedUrl, parseFeedUrl, UrlRefused } from "./FeedUrl.ts"
import { fetchGet, type HttpAnswer, type HttpGet } from "./Http.ts"
import { scrub } from "./internal/scrub.ts"
import type { Key, KeyUnavailable } from "./Key.ts"
import { Limiter } from "./Limiter.ts"
import { parseRetryAfter } from "./RetryAfter.ts"

/** Why the catalogue did not answer. */
export type CatalogueError =
  | CatalogueRefused
  | CatalogueBusy
  | CatalogueUnavailable
  | CatalogueUnreadable
  | KeyUnavailable

/** Which markets to ask for; a list left out or empty means all. */
export interface MarketsQuery {
  readonly sports?: ReadonlyArray<string>
  readonly sportsbooks?: ReadonlyArray<string>
}

/** The names that filters may use. Each answer is kept for a while; asking costs a request of the shared allowance. */
export interface Catalogue {
  readonly info: Effect.Effect<InfoBody, CatalogueError>
  readonly games: Effect.Effect<ReadonlyArray<CatalogueGame>, CatalogueError>
  readonly markets: (query?: MarketsQuery) => Effect.Effect<MarketsBody, CatalogueError>
}

/** Options of {@link makeCatalogue}. */
export interface CatalogueOptions {
  readonly key: Key
  /** @default {@link defaultFeedUrl} The feed's URL; REST is the same place over http. */
  readonly url?: string
  /** @default false See `SessionOptions`. */
  readonly insecure?: boolean
  /** @default {@link fetchGet} */
  readonly get?: HttpGet
  /** @default 300_000 How long an answer is kept, in milliseconds. */
  readonly keepMillis?: number
  /** @default 15_000 For one request, in milliseconds. */
  readonly timeoutMillis?: number
}

const maxBytes = 64 * 1024 * 1024

/**
 * Makes a catalogue. Requests go through the limiter of the context, shared with the sessions' dials; the same question
 * asked twice at once is sent once; failures are not kept.
 */
export const makeCatalogue = (options: CatalogueOptions): Effect.Effect<Catalogue, UrlRefused> =>
  Effect.gen(function* () {
    const url = parseFeedUrl(options.url ?? defaultFeedUrl, options)
    if (url instanceof UrlRefused) return yield* Effect.fail(url)
    const get = options.get ?? fetchGet
    const timeoutMillis = options.timeoutMillis ?? 15_000

    const ask = <A>(
      path: string,
      query: Readonly<Record<string, string>>,
      decode: (body: unknown) => Result.Result<A, BodyError>,
    ): Effect.Effect<A, CatalogueError> =>
      Effect.gen(function* () {
        const key = yield* options.key
        yield* (yield* Limiter).take(url.host, "rest")
        const answer = yield* get(url.rest(path, query, key), { maxBytes }).pipe(
          Effect.mapError(({ message }) => new CatalogueUnavailable(`${url.host} gave no ${path}: ${message}`)),
          Effect.timeoutOrElse({
            duration: timeoutMillis,
            orElse: () =>
              Effect.fail(
                new CatalogueUnavailable(`${url.host} did not answer ${path} within ${timeoutMillis / 1000} s`),
              ),
          }),
        )
        const secret = Redacted.value(key)
        return yield* Effect.fromResult(
          readAnswer(`${url.host} ${path}`, answer, decode, secret, yield* Clock.currentTimeMillis),
        )
      })

    const keep = <K, A>(lookup: (key: K) => Effect.Effect<A, CatalogueError>) =>
      Cache.makeWith(lookup, {
        capacity: 64,
        timeToLive: (exit) => exit._tag === "Success" ? Duration.millis(options.keepMillis ?? 300_000) : Duration.zero,
      })
    const info = yield* keep((_: "info") => ask("get_info", {}, decodeInfo))
    const games = yield* keep((_: "games") => ask("get_games", {}, decodeGames))
    const markets = yield* keep((query: string) => ask("get_markets", JSON.parse(query), decodeMarkets))
    return {
      info: Cache.get(info, "info"),
      games: Cache.get(games, "games"),
      markets: (query = {}) => Cache.get(markets, JSON.stringify(marketsQuery(query))),
    }
  })

/** Lists as the server wants them: joined by commas, left out where empty. Sorted, so that equal questions are equal. */
const marketsQuery = ({ sports = [], sportsbooks = [] }: MarketsQuery): Readonly<Record<string, string>> => ({
  ...(sports.length === 0 ? {} : { sports: [...sports].sort().join(",") }),
  ...(sportsbooks.length === 0 ? {} : { sportsbooks: [...sportsbooks].sort().join(",") }),
})

type ReadError = CatalogueRefused | CatalogueBusy | CatalogueUnavailable | CatalogueUnreadable

/** Judges an answer: by its status, then by what the body says instead of data, then by its form. */
const readAnswer = <A>(
  what: string,
  { status, retryAfter, body }: HttpAnswer,
  decode: (body: unknown) => Result.Result<A, BodyError>,
  secret: string,
  wallMillis: number,
): Result.Result<A, ReadError> => {
  // A server may repeat the key in what it says.
  const said = scrub(body.trim(), secret, 200)
  const words = said === "" ? "" : `: ${said}`
  if (status < 200 || status >= 300) {
    const message = `${what}: HTTP ${status}${status >= 300 && status < 400 ? "; redirects are not followed" : words}`
    const refusal = refusalIn(said)
    if (status === 429 || status === 503 || refusal === "busy") {
      return Result.fail(new CatalogueBusy(message, parseRetryAfter(retryAfter, wallMillis)))
    }
    if (status === 401 || status === 403 || refusal === "key") return Result.fail(new CatalogueRefused(message))
    return Result.fail(new CatalogueUnavailable(message))
  }
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    // The beginning of the text tells more than the parser's complaint.
    return Result.fail(new CatalogueUnreadable(`${what}: the answer is not JSON${words}`))
  }
  return Result.mapError(decode(value), ({ reason, fromServer }): ReadError => {
    const message = `${what}: ${body.includes(secret) ? said : scrub(reason, secret)}`
    const refusal = fromServer ? refusalIn(reason) : undefined
    if (refusal === "key") return new CatalogueRefused(message)
    return refusal === "busy" ? new CatalogueBusy(message, undefined) : new CatalogueUnreadable(message)
  })
}
