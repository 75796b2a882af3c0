/** A trial of the feed for `check --connect`: the key, every name, one connection. */
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
import type { Machine } from "./feedAccess.ts"
import type { FeedSettings } from "./openSession.ts"

/** What to try. */
export interface FeedToCheck {
  readonly feed: FeedSettings
  readonly host: string
  readonly filters: Filters
  readonly compared: ReadonlyArray<ComparedNameOfSink>
  readonly machine: Machine
}

/** How long data may take after the subscription. */
const dataMillis = 10_000
/** How long the whole trial may take. */
const wholeMillis = 45_000
/** A key counts as refused when it is refused twice. */
const attempts = 2

/** Compares all names with the catalog, then connects once. Names are compared even if the connection fails. */
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
    // No store: an old answer proves nothing about the key.
    const catalog = yield* makeCatalog({ ...feed, get: nodeGet })
    const info = yield* Effect.result(catalog.info)
    if (Result.isFailure(info)) {
      const { _tag, message } = info.failure
      const cause = _tag === "CatalogRefused" || _tag === "KeyUnavailable" ? "key" : "unavailable"
      // REST may be down while the feed is up, and the connection below tests the key too.
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
      // The name may come later, but it is more likely a mistake.
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
      ...memory === undefined ? {} : { memory },
      ...leases === undefined ? {} : { leases },
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
    const notices = seen.notices.map((message): SourceFinding => ({
      state: "warning",
      message: `the feed says: ${message}`,
    }))
    const plan = seen.plan === undefined ? "" : `, plan ${seen.plan}`
    if (seen.data) return [{ state: "ok", message: `connected to ${host}${plan}; data arrives` }, ...notices]
    if (Result.isFailure(ended)) {
      const cause = ended.failure._tag === "FeedUnavailable" || ended.failure._tag === "FrameTooLarge"
        ? "unavailable"
        : "key"
      return [{ state: "failed", cause, message: ended.failure.message }, ...notices]
    }
    if (!seen.connected) {
      const message = `no connection to ${host} within ${wholeMillis / 1000} s${why}`
      return [{ state: "failed", cause: "unavailable", message }, ...notices]
    }
    const message = `connected to ${host}${plan}, but no data came within ${dataMillis / 1000} s`
    return [{ state: "warning", message }, ...notices]
  })

/** What one connection has shown. */
class Seen {
  readonly notices: Array<string> = []
  connected = false
  data = false
  plan: string | undefined
  #asked: Filters = {}
  #until = Infinity

  /** Takes an event. True when nothing more is needed. */
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
        if (notice !== undefined) this.#note(notice.message)
        if (item._tag !== "Message") continue
        const { message } = item
        if (message.action === "subscription_updated") {
          narrowings(this.#asked, message).forEach((narrowing) => this.#note(describeNarrowing(narrowing)))
        } else if (message.action !== "error" && "data" in message) this.data = true
      }
    }
    return this.data || event.at >= this.#until
  }

  #note(text: string): void {
    if (this.notices.length < 10 && !this.notices.includes(text)) this.notices.push(text)
  }
}
