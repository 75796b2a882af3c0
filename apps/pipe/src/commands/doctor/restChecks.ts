/** The checks over REST: the key, the names, the clock. */
import {
  type Catalog,
  type CatalogError,
  checkNames,
  describeAge,
  describeUnknown,
  type HttpGet,
  makeCatalog,
  type NameReport,
  type StoredUse,
  type UrlRefused,
} from "@boltodds/connection"
import { nodeGet } from "@boltodds/connection/node"
import type { Filters, InfoBody } from "@boltodds/protocol"
import * as Effect from "effect/Effect"
import type { FeedSettings, Machine } from "@boltodds/parts/feed"
import { type AddFinding, counted, spanText } from "./Finding.ts"

/** One answer of the server over HTTP. */
interface Answer {
  readonly status: number
  readonly millis: number
  /** When half of the time between question and answer was over, by our clock. */
  readonly at: number
  readonly date: string | undefined
}

/** The results of the checks over REST. */
export interface RestResult {
  readonly catalog: Catalog
  readonly info: InfoBody | undefined
  readonly keyRefused: boolean
  /** Whether the server answered at all. */
  readonly reachable: boolean
}

/** Asks `get_info`: is the key taken, and how long does it take? Then compares the clocks by the answer's time. */
export const checkRest = (
  feed: FeedSettings,
  machine: Required<Machine>,
  add: AddFinding,
): Effect.Effect<RestResult, UrlRefused> =>
  Effect.gen(function* () {
    let answer: Answer | undefined
    let used: StoredUse | undefined
    const get: HttpGet = (url, options) =>
      Effect.suspend(() => {
        const [start, wall] = [performance.now(), Date.now()]
        return Effect.tap(nodeGet(url, options), ({ status, date }) =>
          Effect.sync(() => {
            const millis = performance.now() - start
            answer ??= { status, millis, at: wall + millis / 2, date }
          }))
      })
    const catalog = yield* makeCatalog({ ...feed, get, store: machine.store, onStored: (use) => used ??= use })
    const info = yield* Effect.result(catalog.info)
    const facts = answer === undefined ? {} : { status: answer.status, millis: Math.round(answer.millis) }
    const base = { check: "rest", facts } as const
    if (info._tag === "Failure") {
      add({ ...base, outcome: outcomeOf(info.failure), text: info.failure.message, advice: adviceFor(info.failure) })
    } else if (used !== undefined) {
      const outcome = used.why._tag === "CatalogUnavailable" ? "failed" : "warning"
      add({
        ...base,
        outcome,
        text: `${used.why.message}; names are from the cache of ${describeAge(used.ageMillis)} ago`,
        advice: adviceFor(used.why),
        facts: { ...facts, cachedMillis: used.ageMillis },
      })
    } else {
      const { sports, sportsbooks } = info.success
      add({
        ...base,
        outcome: "ok",
        text: `get_info answered HTTP ${answer?.status} in ${spanText(answer?.millis ?? 0)}: ${
          counted(sports.length, "sport")
        }, ${counted(sportsbooks.length, "sportsbook")}`,
        facts: { ...facts, sports: sports.length, sportsbooks: sportsbooks.length },
      })
    }
    checkClock(answer, add)
    return {
      catalog,
      info: info._tag === "Success" ? info.success : undefined,
      keyRefused: info._tag === "Failure" && info.failure._tag === "CatalogRefused",
      reachable: answer !== undefined,
    }
  })

const outcomeOf = ({ _tag }: CatalogError): "warning" | "failed" => _tag === "CatalogBusy" ? "warning" : "failed"

const adviceFor = ({ _tag }: CatalogError | StoredUse["why"]): string => {
  switch (_tag) {
    case "CatalogRefused":
      return "Check that the key is complete, and that the plan or trial has not ended."
    case "CatalogBusy":
    case "CatalogLimited":
      return "Too much was asked lately: 12 requests a minute per address, dials included. Ask again in a minute."
    case "CatalogUnavailable":
      return "Check the network, a firewall or proxy, and --url. The feed itself may be up all the same."
    case "CatalogUnreadable":
      return "Check --url: something other than the feed may have answered."
    case "KeyUnavailable":
      return "Check where the key is kept."
  }
}

/** A `Date` header has whole seconds: it was sent within the second it names. */
const checkClock = (answer: Answer | undefined, add: AddFinding): void => {
  // An HTTP date ends in GMT (RFC 9110, 5.6.7); without a zone it would be read in this machine's.
  const sent = answer?.date?.endsWith(" GMT") === true ? Date.parse(answer.date) : NaN
  if (answer === undefined || Number.isNaN(sent)) {
    return add({ check: "clock", outcome: "skipped", text: "the server sent no time" })
  }
  const aheadMillis = Math.round(answer.at - (sent + 500))
  const marginMillis = Math.round(500 + answer.millis / 2)
  const facts = { aheadMillis, marginMillis }
  if (Math.abs(aheadMillis) <= marginMillis) {
    return add({
      check: "clock",
      outcome: "ok",
      text: `agrees with the server's, within ±${Math.max(1, Math.ceil(marginMillis / 1000))} s`,
      facts,
    })
  }
  const off = `${spanText(Math.abs(aheadMillis))} ${aheadMillis > 0 ? "ahead of" : "behind"} the server's`
  const bad = Math.abs(aheadMillis) > 2000
  add({
    check: "clock",
    outcome: bad ? "warning" : "ok",
    text: `this machine's clock is ${off} (±${spanText(marginMillis)})`,
    ...(bad ? { advice: "Ages and latencies are wrong by that: have the clock set by a time service (NTP)." } : {}),
    facts,
  })
}

/** Whether the names asked for exist. */
export const checkFilters = (
  filters: Filters,
  { catalog, info }: RestResult,
  add: AddFinding,
): Effect.Effect<NameReport | { readonly unavailable: string }> =>
  Effect.gen(function* () {
    const check = "names"
    const asked = Object.values(filters).reduce((sum, names) => sum + (names?.length ?? 0), 0)
    if (asked === 0) {
      add({ check, outcome: "skipped", text: "none were given: everything is asked for" })
      return { unknown: [], games: undefined }
    }
    if (info === undefined) {
      // Asking once more would cost a request, and get the same.
      const unavailable = "REST gave no answer"
      add({ check, outcome: "warning", text: `cannot be checked: ${unavailable}` })
      return { unavailable }
    }
    const result = yield* Effect.result(checkNames(filters, catalog))
    if (result._tag === "Failure") {
      const unavailable = result.failure.message
      add({ check, outcome: "warning", text: `cannot be checked: ${unavailable}` })
      return { unavailable }
    }
    const report = result.success
    const { unknown, games, stored } = report
    const source = stored === undefined ? "" : `, by the cache of ${describeAge(stored.ageMillis)} ago`
    if (unknown.length > 0) {
      add({
        check,
        outcome: stored === undefined ? "failed" : "warning",
        text: `${unknown.map(describeUnknown).join("; ")}${source}`,
        advice: "The feed ignores a name it does not know, in silence. `boltodds-pipe catalog` lists those there are.",
        facts: { unknown, games },
      })
    } else {
      add({
        check,
        outcome: games === 0 ? "warning" : "ok",
        text: `${asked === 1 ? "the name exists" : `all ${asked} exist`}${source}` +
          (games === undefined ? "" : `; ${counted(games, "game")} listed for them now`),
        ...(games === 0 ? { advice: "No game is listed for these names now: nothing may come." } : {}),
        facts: { unknown, games },
      })
    }
    return report
  })
