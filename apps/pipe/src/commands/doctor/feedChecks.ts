/** What one connection shows: the dial, the subscription, the first data, each sportsbook, and how old it all is. */
import {
  diagnose,
  type KeyHolder,
  makeSession,
  type NameReport,
  renderDiagnosis,
  type SessionError,
  type UrlRefused,
} from "@boltodds/connection"
import { wsTransport } from "@boltodds/connection/node"
import { type Filters, normalizeFilters, planLimits } from "@boltodds/protocol"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { countText } from "@boltodds/text"
import type { FeedSettings, Machine } from "@boltodds/parts/feed"
import { type AddFinding, type CheckName, counted, spanText } from "./Finding.ts"
import { Watcher } from "./Watcher.ts"

/** What to connect to, and for how long. */
export interface FeedCheckOptions {
  readonly feed: FeedSettings
  readonly host: string
  readonly filters: Filters
  readonly machine: Required<Machine>
  readonly forMillis: number
  readonly names: NameReport | { readonly unavailable: string }
  readonly holders: ReadonlyArray<KeyHolder>
  /** The sportsbooks of the catalog, where it could be read. */
  readonly listed: ReadonlyArray<string> | undefined
  /** Completed when the user has seen enough. */
  readonly enough: Deferred.Deferred<void>
  /** Prints a note about a step that takes a while. */
  readonly note: (text: string) => void
}

/** What came of it. */
export interface FeedResult {
  readonly keyRefused: boolean
  readonly connected: boolean
  readonly messages: number
  readonly silentBooks: ReadonlyArray<string>
}

/** Of the dials, one may fail: a key counts as refused when it is so twice. */
const attempts = 2

/** Connects and listens like a stream, and adds the findings. */
export const checkFeedData = (options: FeedCheckOptions, add: AddFinding): Effect.Effect<FeedResult, UrlRefused> =>
  Effect.gen(function* () {
    const { feed, filters, machine, forMillis, enough, note } = options
    const watcher = new Watcher(() => performance.now())
    const subscribed = Deferred.makeUnsafe<void>()
    const session = yield* makeSession({
      ...feed,
      filters,
      transport: wsTransport(),
      memory: machine.memory,
      leases: machine.leases,
      maxAttempts: attempts,
      onStatus: (status) => {
        watcher.onStatus(status)
        if (status._tag === "BackingOff") {
          note(`waiting ${spanText(Math.max(0, status.until - Date.now()))} before dialing: ${status.why}`)
        }
      },
    })
    const listen = Stream.runForEachArray(session.events, (events) =>
      Effect.sync(() => {
        watcher.take(events)
        if (watcher.subscribedAt !== undefined && Deferred.doneUnsafe(subscribed, Exit.void)) {
          note(`connected; listening for ${spanText(forMillis)}`)
        }
      }))
    const timeIsUp = Effect.andThen(Deferred.await(subscribed), Effect.sleep(forMillis))
    const ended = yield* Effect.result(Effect.raceAllFirst([listen, timeIsUp, Deferred.await(enough)]))
    const error = Result.isFailure(ended) ? ended.failure : undefined
    reportDial(watcher, error, add)
    reportSubscription(watcher, add)
    reportData(watcher, error, options, add)
    const silentBooks = reportBooks(watcher, options, add)
    reportLatency(watcher, add)
    return {
      keyRefused: error?._tag === "KeyRefused",
      connected: watcher.acceptedAt !== undefined,
      messages: watcher.messages,
      silentBooks,
    }
  })

const reportDial = (watcher: Watcher, error: SessionError | undefined, add: AddFinding): void => {
  const check: CheckName = "dial"
  const { dialedAt, openAt, acceptedAt, plan, waits } = watcher
  const [earlier] = waits
  if (acceptedAt === undefined || dialedAt === undefined) {
    const text = error?.message ?? (earlier === undefined ? "no answer until the end" : `no connection: ${earlier}`)
    return add({ check, outcome: "failed", text, advice: dialAdvice(text) })
  }
  const limits = plan === undefined ? undefined : planLimits(plan)
  const allowed = limits === undefined
    ? ""
    : ` (${counted(limits.connections, "connection")}${limits.sports === undefined ? "" : ", one sport, one market"})`
  const open = openAt === undefined ? "" : `open after ${spanText(openAt - dialedAt)}, `
  const said = plan === undefined ? "the server named no plan" : `plan ${plan}${allowed}`
  add({
    check,
    outcome: earlier === undefined ? "ok" : "warning",
    text: `${open}accepted after ${spanText(acceptedAt - dialedAt)}; ${said}` +
      (earlier === undefined ? "" : `; before that: ${earlier}`),
    facts: {
      ...(openAt === undefined ? {} : { openMillis: Math.round(openAt - dialedAt) }),
      acceptedMillis: Math.round(acceptedAt - dialedAt),
      plan: plan ?? null,
    },
  })
}

const dialAdvice = (text: string): string => {
  if (/refused the key/.test(text)) return "Check that the key is complete, and that the plan or trial has not ended."
  if (/the proxy http/.test(text)) return "Check HTTPS_PROXY and NO_PROXY, or ask who runs the proxy."
  if (/with a web page/.test(text)) return "The key is not the cause: the feed itself was not reached."
  if (/too many|429|503/.test(text)) {
    return "End other connections of this key, give the server a minute, and try again."
  }
  return "Check the network, a firewall or proxy, and --url."
}

const reportSubscription = ({ subscribedAt, confirmedAt, errors }: Watcher, add: AddFinding): void => {
  const check: CheckName = "subscribe"
  if (subscribedAt === undefined) return add({ check, outcome: "skipped", text: "there was no connection" })
  const confirmed = confirmedAt === undefined
    ? "the server did not confirm them (older ones do not)"
    : `confirmed after ${spanText(confirmedAt - subscribedAt)}`
  add({
    check,
    outcome: errors.length > 0 ? "warning" : "ok",
    text: `filters sent; ${confirmed}${errors.length === 0 ? "" : `; the server said: ${errors.join("; ")}`}`,
    facts: { confirmed: confirmedAt !== undefined, errors },
  })
}

const reportData = (
  watcher: Watcher,
  error: SessionError | undefined,
  { filters, forMillis, host, names, holders }: FeedCheckOptions,
  add: AddFinding,
): void => {
  const check: CheckName = "data"
  const { subscribedAt, firstDataAt, messages, frames, ended, notUnderstood, plan } = watcher
  if (subscribedAt === undefined) return add({ check, outcome: "skipped", text: "there was no connection" })
  const cut = ended.length === 0
    ? ""
    : `; the connection ended ${ended.length === 1 ? "once" : `${ended.length} times`}: ${ended.join("; ")}`
  const facts = { messages, frames, notUnderstood, ended }
  if (firstDataAt !== undefined) {
    return add({
      check,
      outcome: ended.length > 0 || notUnderstood > 0 ? "warning" : "ok",
      text: `first ${spanText(firstDataAt - subscribedAt)} after the filters; ${counted(messages, "message")} in ${
        spanText(forMillis)
      }${notUnderstood === 0 ? "" : `; ${counted(notUnderstood, "message")} not understood`}${cut}`,
      facts: { ...facts, firstMillis: Math.round(firstDataAt - subscribedAt) },
    })
  }
  const diagnosis = diagnose({
    session: "doctor",
    epoch: 1,
    at: Date.now(),
    silentMillis: forMillis,
    host,
    asked: normalizeFilters(filters),
    plan,
    names,
    errors: watcher.errors,
    holders,
  })
  add({
    check,
    outcome: "failed",
    text: `none came${error === undefined ? ` in ${spanText(forMillis)}` : ""}, ${counted(watcher.pings, "ping")}${
      notUnderstood === 0 ? "" : `, ${counted(notUnderstood, "message")} not understood`
    }${cut}`,
    // The first two lines say what is above already.
    rows: renderDiagnosis(diagnosis).split("\n").slice(2),
    facts: { ...facts, causes: diagnosis.causes },
  })
}

const reportBooks = (
  { books, latency, firstDataAt }: Watcher,
  { filters, listed }: FeedCheckOptions,
  add: AddFinding,
): ReadonlyArray<string> => {
  const check: CheckName = "books"
  if (firstDataAt === undefined) {
    add({ check, outcome: "skipped", text: "no data came" })
    return []
  }
  const expected = filters.sportsbooks ?? listed
  const silent = (expected ?? []).filter((book) => !books.has(book))
  const ages = new Map(latency.report().books.map(({ sportsbook, latency }) => [sportsbook, latency]))
  const arrived = [...books].sort(([, a], [, b]) => b.messages - a.messages)
  const rows = [
    ["sportsbook", "messages", "first after", "half in", "99% in"],
    ...arrived.map(([name, { messages, firstAfterMillis }]) => {
      const age = ages.get(name)
      return [
        name,
        countText(messages),
        spanText(firstAfterMillis),
        ...(age === null || age === undefined ? ["–", "–"] : [spanText(age.p50), spanText(age.p99)]),
      ]
    }),
  ]
  const outOf = filters.sportsbooks === undefined ? "listed" : "asked for"
  add({
    check,
    outcome: silent.length > 0 ? "warning" : "ok",
    text: (expected === undefined
      ? `${counted(books.size, "sportsbook")} sent something`
      : `${expected.length - silent.length} of ${counted(expected.length, "sportsbook")} ${outOf} sent something`) +
      (silent.length === 0 ? "" : `; silent: ${silent.join(", ")}`),
    ...(silent.length === 0 ? {} : {
      advice: "A sportsbook without a game within the filters is silent too; listen longer with --for.",
    }),
    rows: table(rows),
    facts: {
      silent,
      books: arrived.map(([sportsbook, { messages, firstAfterMillis }]) => ({
        sportsbook,
        messages,
        firstAfterMillis: Math.round(firstAfterMillis),
        latency: ages.get(sportsbook) ?? null,
      })),
    },
  })
  return silent
}

/** The first column to the left, the others to the right. */
const table = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows.map((row) =>
    row.map((cell, column) => column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)).join("  ")
  )
}

const reportLatency = ({ latency }: Watcher, add: AddFinding): void => {
  const check: CheckName = "latency"
  const { books, skew } = latency.report()
  const measured = books.flatMap(({ latency }) => latency === null ? [] : [latency])
  if (measured.length === 0) return add({ check, outcome: "skipped", text: "no update came to measure" })
  const half = Math.max(...measured.map(({ p50 }) => p50))
  const slowest = Math.max(...measured.map(({ p99 }) => p99))
  const ahead = skew.kind === "server_ahead"
  add({
    check,
    outcome: ahead && skew.atLeastMillis > 2000 ? "warning" : "ok",
    text: `of every sportsbook, half of the updates are at most ${spanText(half)} old on arrival, and 99% at most ${
      spanText(slowest)
    }; ${
      ahead
        ? `the server's clock is ahead by at least ${spanText(skew.atLeastMillis)}`
        : "the difference of the clocks is in it"
    }`,
    facts: { skew },
  })
}
