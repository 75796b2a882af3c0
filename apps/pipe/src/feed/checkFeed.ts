/** Tries the feed for `check --connect`: the key, every name, one connection. */
import type { ComparedNameOfSink, SourceFinding } from "@boltodds/config"
import {
  checkNames,
  describeUnknown,
  Limiter,
  makeCatalog,
  makeSession,
  type SessionError,
  type UrlRefused,
} from "@boltodds/connection"
import { nodeGet, wsTransport } from "@boltodds/connection/node"
import { describeNarrowing, type FeedEvent, type Filters, narrowings, noticeIn } from "@boltodds/protocol"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import type { Machine } from "./machine.ts"
import type { FeedSettings } from "../commandLine/settings.ts"

/** What is tried. */
export interface FeedToCheck {
  readonly feed: FeedSettings
  readonly host: string
  readonly filters: Filters
  readonly compared: ReadonlyArray<ComparedNameOfSink>
  readonly machine: Machine
}

/** How long data may take after the filters were sent, and all of a connection. */
const dataMillis = 10_000
const wholeMillis = 45_000
/** A key counts as refused when it is so twice. */
const attempts = 2

/** Asks for the catalog, compares all names with it, then dials once. Names are compared even if the dial fails. */
export const checkFeed = (options: FeedToCheck): Effect.Effect<ReadonlyArray<SourceFinding>, UrlRefused> =>
  Effect.gen(function* () {
    const names = yield* checkAllNames(options)
    return [...yield* dial(options), ...names]
  }).pipe(Effect.provideService(Limiter, options.machine.limiter))

const checkAllNames = (
  { feed, filters, compared }: FeedToCheck,
): Effect.Effect<ReadonlyArray<SourceFinding>, UrlRefused> =>
  Effect.gen(function* () {
    const asked = { ...filters }
    // Without a store: an answer of yesterday proves nothing of the key.
    const catalog = yield* makeCatalog({ ...feed, get: nodeGet })
    const info = yield* Effect.result(catalog.info)
    if (Result.isFailure(info)) {
      const { _tag, message } = info.failure
      const cause = _tag === "CatalogRefused" || _tag === "KeyUnavailable" ? "key" : "unavailable"
      // The feed itself may be up, and says more of the key.
      const state = cause === "key" ? "failed" : "warning"
      return [{ state, cause, message: `the names could not be checked: ${message}` }]
    }
    const inFilters = yield* Effect.result(checkNames(asked, catalog))
    if (Result.isFailure(inFilters)) {
      return [{ state: "warning", message: `the names could not be checked: ${inFilters.failure.message}` }]
    }
    const found: Array<SourceFinding> = inFilters.success.unknown.map((name) => ({
      state: "failed",
      cause: "mistake",
      message: describeUnknown(name),
    }))
    if (inFilters.success.games === 0) {
      found.push({ state: "warning", message: "the catalog lists no game for these filters now" })
    }
    for (const sink of new Set(compared.map((each) => each.sink))) {
      const of = (kind: ComparedNameOfSink["kind"]): ReadonlyArray<string> =>
        compared.filter((each) => each.sink === sink && each.kind === kind).map(({ name }) => name)
      const wanted = { sports: of("sport"), sportsbooks: of("sportsbook"), games: of("game"), markets: of("market") }
      const report = yield* Effect.result(checkNames(wanted, catalog))
      if (Result.isFailure(report)) {
        found.push({
          state: "warning",
          message: `the names of ${sink} could not be checked: ${report.failure.message}`,
        })
        continue
      }
      // A condition may compare with what comes later, or never: it is likely a mistake, not certainly.
      for (const name of report.success.unknown) {
        found.push({
          state: "failed",
          cause: "mistake",
          message: `in a condition of ${sink}: ${describeUnknown(name)}`,
        })
      }
    }
    return found
  })

const dial = (
  { feed, host, filters, machine }: FeedToCheck,
): Effect.Effect<ReadonlyArray<SourceFinding>, UrlRefused> =>
  Effect.gen(function* () {
    const seen = new Seen()
    const { memory, leases } = machine
    let why = ""
    const session = yield* makeSession({
      ...feed,
      filters,
      transport: wsTransport(),
      memory,
      leases,
      maxAttempts: attempts,
      onStatus: (status) => {
        if (status._tag === "BackingOff") why = `: ${status.why}`
      },
    })
    const listen = Stream.runForEachArray(
      Stream.takeUntil(session.events, (event) => seen.take(event)),
      () => Effect.void,
    )
    const ended: Result.Result<unknown, SessionError> = yield* Effect.result(
      Effect.raceFirst(listen, Effect.sleep(wholeMillis)),
    )
    const said = seen.words.map((message): SourceFinding => ({
      state: "warning",
      message: `the feed says: ${message}`,
    }))
    const plan = seen.plan === undefined ? "" : `, plan ${seen.plan}`
    if (seen.data) return [{ state: "ok", message: `connected to ${host}${plan}; data comes` }, ...said]
    if (Result.isFailure(ended)) {
      const cause = ended.failure._tag === "FeedUnavailable" || ended.failure._tag === "FrameTooLarge"
        ? "unavailable"
        : "key"
      return [{ state: "failed", cause, message: ended.failure.message }, ...said]
    }
    if (!seen.connected) {
      const message = `no connection to ${host} within ${wholeMillis / 1000} s${why}`
      return [{ state: "failed", cause: "unavailable", message }, ...said]
    }
    const message = `connected to ${host}${plan}, but no data came within ${dataMillis / 1000} s`
    return [{ state: "warning", message }, ...said]
  })

/** What one connection showed. */
class Seen {
  readonly words: Array<string> = []
  connected = false
  data = false
  plan: string | undefined
  #asked: Filters = {}
  #until = Infinity

  /** True once enough was seen. */
  take(event: FeedEvent): boolean {
    if (event._tag === "Connected") {
      this.connected = true
      this.plan = event.plan
    } else if (event._tag === "Subscribed") {
      this.#asked = event.filters
      this.#until = Math.min(this.#until, event.at + dataMillis)
    } else if (event._tag === "Frame") {
      for (const item of event.items) {
        const notice = noticeIn(item)
        if (notice !== undefined) this.#say(notice.message)
        if (item._tag !== "Message") continue
        const { message } = item
        if (message.action === "subscription_updated") {
          narrowings(this.#asked, message).forEach((narrowing) => this.#say(describeNarrowing(narrowing)))
        } else if (message.action !== "error" && "data" in message) this.data = true
      }
    }
    return this.data || event.at >= this.#until
  }

  #say(text: string): void {
    if (this.words.length < 10 && !this.words.includes(text)) this.words.push(text)
  }
}
