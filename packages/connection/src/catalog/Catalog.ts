/** What the feed offers: sports, sportsbooks, games and markets, over REST. */
import {
  type BodyError,
  type CatalogGame,
  decodeGames,
  decodeInfo,
  decodeMarkets,
  type InfoBody,
  type MarketsBody,
} from "@boltodds/protocol"
import { pageText } from "@boltodds/text"
import * as Cache from "effect/Cache"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { blockedOnTheWay, refusalIn } from "../session/Backoff.ts"
import {
  CatalogBusy,
  type CatalogError,
  CatalogLimited,
  CatalogRefused,
  CatalogUnavailable,
  CatalogUnreadable,
} from "./CatalogError.ts"
import type { CatalogQuestion, CatalogStore, StoredUse } from "./CatalogStore.ts"
import { defaultFeedUrl, parseFeedUrl, UrlRefused } from "../transport/FeedUrl.ts"
import { fetchGet, type HttpGet, type HttpResponse, isWebPage, parseRetryAfter } from "../transport/Http.ts"
import { holdsKey, scrub } from "../key/scrub.ts"
import type { Key } from "../key/Key.ts"
import { Limiter, type LimiterShape } from "../transport/Limiter.ts"

/** Which markets to ask for. A list that is left out or empty means all. */
export interface MarketsQuery {
  readonly sports?: ReadonlyArray<string> | undefined
  readonly sportsbooks?: ReadonlyArray<string> | undefined
}

/** The names that filters may use. Answers are cached for a while. A question costs a request of the shared allowance. */
export interface Catalog {
  readonly info: Effect.Effect<InfoBody, CatalogError>
  readonly games: Effect.Effect<ReadonlyArray<CatalogGame>, CatalogError>
  readonly markets: (query?: MarketsQuery) => Effect.Effect<MarketsBody, CatalogError>
  /** The stored answers that were used so far: the last one for each path. */
  readonly stored?: Effect.Effect<ReadonlyArray<StoredUse>>
}

/** Options of {@link makeCatalog}. */
export interface CatalogOptions {
  readonly key: Key
  /** The feed's URL; REST is on the same server over http. @default {@link defaultFeedUrl} */
  readonly url?: string | undefined
  /** See `SessionOptions`. @default false */
  readonly insecure?: boolean | undefined
  /** @default {@link fetchGet} */
  readonly get?: HttpGet | undefined
  /** How long an answer is cached, in milliseconds. @default 300_000 */
  readonly keepMillis?: number | undefined
  /** The time limit of a request, in milliseconds. @default 15_000 */
  readonly timeoutMillis?: number | undefined
  /**
   * Stores answers, and replaces the server if it is busy, cannot be reached, or the limiter asks for a wait of more than
   * 5 s; never if it refuses the key. `catalogCache` of the `node` entry uses files. @default none
   */
  readonly store?: CatalogStore | undefined
  /** Called when a stored answer is used: it is old, and users of the answer should know. */
  readonly onStored?: ((used: StoredUse) => void) | undefined
}

const maxBytes = 64 * 1024 * 1024
/** A stored answer is used rather than wait longer than this for the limiter. */
const longestWaitMillis = 5000
/** How long a stored answer is used before the server is asked again. */
const keepStoredMillis = 30_000
/** An older stored answer is not used. */
const oldestMillis = 7 * 86_400_000

/**
 * Makes a catalog. Requests go through the limiter of the context, which the dials of sessions share. Equal questions at
 * the same time are sent once. Failures are not cached.
 */
export const makeCatalog = (options: CatalogOptions): Effect.Effect<Catalog, UrlRefused> =>
  Effect.gen(function* () {
    const url = parseFeedUrl(options.url ?? defaultFeedUrl, options)
    if (url instanceof UrlRefused) return yield* Effect.fail(url)
    const get = options.get ?? fetchGet
    const timeoutMillis = options.timeoutMillis ?? 15_000

    const { store } = options
    const used = new Map<string, StoredUse>()

    const askServer = <A>(
      { path, query, key }: CatalogQuestion,
      decode: Decode<A>,
      onAnswer: (body: string, at: number) => Effect.Effect<void>,
    ): Effect.Effect<A, AskError> =>
      Effect.gen(function* () {
        const answer = yield* get(url.rest(path, query, key), { maxBytes }).pipe(
          Effect.mapError(({ message }) => new CatalogUnavailable(`Cannot get ${path} from ${url.host}: ${message}`)),
          Effect.timeoutOrElse({
            duration: timeoutMillis,
            orElse: () =>
              Effect.fail(
                new CatalogUnavailable(`${url.host} did not answer ${path} within ${timeoutMillis / 1000} s`),
              ),
          }),
        )
        const secret = Redacted.value(key)
        const now = yield* Clock.currentTimeMillis
        const value = yield* Effect.fromResult(readAnswer(`${url.host} ${path}`, answer, decode, secret, now))
        // An answer that contains the key is not stored.
        if (!holdsKey(answer.body, secret)) yield* onAnswer(answer.body, now)
        return value
      })

    /** The stored answer, if it can be read and is not too old. */
    const recall = <A>(question: CatalogQuestion, decode: Decode<A>) =>
      Effect.gen(function* () {
        const answer = store === undefined ? undefined : yield* store.load(question)
        const now = yield* Clock.currentTimeMillis
        if (answer === undefined || now - answer.at > oldestMillis) return undefined
        // From the future: the clock was set back, and the age is unknown.
        if (answer.at > now + 60_000) return undefined
        const value = decodeText(answer.body, decode)
        return value === undefined ? undefined : { value, at: answer.at, ageMillis: Math.max(0, now - answer.at) }
      })

    const ask = <A>(path: string, query: Readonly<Record<string, string>>, decode: Decode<A>) =>
      Effect.gen(function* (): Effect.fn.Return<Kept<A>, CatalogError> {
        const question = { host: url.host, key: yield* options.key, path, query }
        const limiter = yield* Limiter
        if (store === undefined) {
          yield* limiter.take(url.host, "rest")
          return { value: yield* askServer(question, decode, () => Effect.void), isOld: false }
        }
        const old = yield* recall(question, decode)
        const instead = <E extends StoredUse["why"]>(why: E): Effect.Effect<Kept<A>, E> =>
          old === undefined ? Effect.fail(why) : Effect.sync(() => {
            const use: StoredUse = { path, at: old.at, ageMillis: old.ageMillis, why }
            used.set(path, use)
            options.onStored?.(use)
            return { value: old.value, isOld: true }
          })
        const limited = old === undefined
          ? yield* Effect.as(limiter.take(url.host, "rest"), undefined)
          : yield* takeSoon(limiter, url.host)
        if (limited !== undefined) return yield* Effect.orDie(instead(limited))
        const save = (body: string, at: number): Effect.Effect<void> => store.save(question, { at, body })
        return yield* askServer(question, decode, save).pipe(
          Effect.map((value): Kept<A> => {
            used.delete(path)
            return { value, isOld: false }
          }),
          Effect.catchTags({
            CatalogBusy: (error) => instead(error),
            CatalogUnavailable: (error) => instead(error),
          }),
        )
      })

    const keepMillis = options.keepMillis ?? 300_000
    const keep = <K, A>(lookup: (key: K) => Effect.Effect<Kept<A>, CatalogError>) =>
      Cache.makeWith(lookup, {
        capacity: 64,
        timeToLive: (exit) =>
          exit._tag === "Failure"
            ? Duration.zero
            : Duration.millis(exit.value.isOld ? Math.min(keepMillis, keepStoredMillis) : keepMillis),
      })
    const info = yield* keep((_: "info") => ask("get_info", {}, decodeInfo))
    const games = yield* keep((_: "games") => ask("get_games", {}, decodeGames))
    const markets = yield* keep((query: string) => ask("get_markets", JSON.parse(query), decodeMarkets))
    return {
      info: Effect.map(Cache.get(info, "info"), valueOf),
      games: Effect.map(Cache.get(games, "games"), valueOf),
      markets: (query = {}) => Effect.map(Cache.get(markets, JSON.stringify(marketsQuery(query))), valueOf),
      stored: Effect.sync(() => [...used.values()]),
    }
  })

type Decode<A> = (body: unknown) => Result.Result<A, BodyError>
type AskError = CatalogRefused | CatalogBusy | CatalogUnavailable | CatalogUnreadable

/** A cached answer. */
interface Kept<A> {
  readonly value: A
  /** Whether it came from the store. */
  readonly isOld: boolean
}

const valueOf = <A>({ value }: Kept<A>): A => value

/** Takes a request of the allowance, or returns an error if the wait would be too long. */
const takeSoon = (limiter: LimiterShape, host: string): Effect.Effect<CatalogLimited | undefined> =>
  Effect.gen(function* () {
    const tooLong = Deferred.makeUnsafe<void>()
    const taken = limiter.take(host, "rest", (millis) => {
      if (millis > longestWaitMillis) Deferred.doneUnsafe(tooLong, Effect.void)
    })
    // While another question of this process waits, the limiter does not report the time.
    const late = Effect.raceFirst(Deferred.await(tooLong), Effect.sleep(longestWaitMillis))
    const error = new CatalogLimited(`the request allowance for ${host} is used up for now`)
    return yield* Effect.raceFirst(Effect.as(taken, undefined), Effect.as(late, error))
  })

const decodeText = <A>(body: string, decode: Decode<A>): A | undefined => {
  try {
    return Result.getOrUndefined(decode(JSON.parse(body)))
  } catch {
    // The file was damaged or edited.
    return undefined
  }
}

/** The lists as the server expects them: joined by commas, left out if empty. Sorted, so that equal questions are equal. */
const marketsQuery = ({ sports = [], sportsbooks = [] }: MarketsQuery): Readonly<Record<string, string>> => ({
  ...(sports.length === 0 ? {} : { sports: [...sports].sort().join(",") }),
  ...(sportsbooks.length === 0 ? {} : { sportsbooks: [...sportsbooks].sort().join(",") }),
})

/** Reads an answer: checks its status, then errors in the body, then the form of the data. */
const readAnswer = <A>(
  what: string,
  { status, retryAfter, contentType, body }: HttpResponse,
  decode: (body: unknown) => Result.Result<A, BodyError>,
  secret: string,
  wallMillis: number,
): Result.Result<A, AskError> => {
  // A server may repeat the key in its answer.
  const said = scrub(body.trim(), secret, 200)
  const words = said === "" ? "" : `: ${said}`
  if (status < 200 || status >= 300) {
    const message = `${what}: HTTP ${status}${status >= 300 && status < 400 ? "; redirects are not followed" : words}`
    const page = isWebPage(contentType, body)
    const refusal = page ? undefined : refusalIn(said)
    if (status === 429 || status === 503 || refusal === "busy") {
      return Result.fail(new CatalogBusy(message, parseRetryAfter(retryAfter, wallMillis)))
    }
    if (page && (status === 401 || status === 403 || status === 407)) {
      const text = scrub(pageText(body.slice(0, 4096)), secret, 200)
      return Result.fail(new CatalogUnavailable(`${what}: HTTP ${status} ${blockedOnTheWay(text)}`))
    }
    if (status === 401 || status === 403 || refusal === "key") return Result.fail(new CatalogRefused(message))
    return Result.fail(new CatalogUnavailable(message))
  }
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    // The beginning of the text helps more than the parser's message.
    return Result.fail(new CatalogUnreadable(`${what}: the answer is not JSON${words}`))
  }
  return Result.mapError(decode(value), ({ reason, fromServer }): AskError => {
    const message = `${what}: ${body.includes(secret) ? said : scrub(reason, secret)}`
    const refusal = fromServer ? refusalIn(reason) : undefined
    if (refusal === "key") return new CatalogRefused(message)
    return refusal === "busy" ? new CatalogBusy(message, undefined) : new CatalogUnreadable(message)
  })
}
