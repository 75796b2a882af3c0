/** What a run prints for people: the report at its end, the status line, the room for the book. */
import type { BlindWindow } from "@boltodds/protocol"
import type { ExpressionCount } from "@boltodds/config"
import type { Report, RouteReport, Unread } from "@boltodds/pipeline"
import { namesText } from "../log/logControls.ts"
import type { Received } from "./Reception.ts"
import * as Duration from "effect/Duration"
import { countText } from "@boltodds/text"
import { withinHeap } from "@boltodds/parts/recording"
import type { StateLimits } from "@boltodds/state"
import { getHeapStatistics } from "node:v8"

const count = (amount: number, word: string, words = `${word}s`): string =>
  `${countText(amount)} ${amount === 1 ? word : words}`

/** `--report`: what was read, delivered and lost. */
export const reportText = (
  report: Report,
  received?: Received,
  expressions: ReadonlyArray<ExpressionCount> = [],
): string => {
  const lines = [
    `run ${report.run}: ${report.reason} after ${seconds(Duration.toMillis(report.duration))}`,
    `  read       ${count(report.frames, "frame")}, ${count(report.changes, "change")}, ${
      count(report.controls, "control")
    }`,
  ]
  const unread = unreadText(report.unread)
  if (unread !== undefined) lines.push(`  not read   ${unread}`)
  lines.push(`  not live   ${notLiveText(report)}`)
  const left = report.windows.length - mostShown
  if (left > 0) lines.push(`             … ${count(left, "earlier time")}; all of them with --log-format json`)
  for (const window of report.windows.slice(-mostShown)) lines.push(`             ${windowText(window)}`)
  const { book } = report
  if (book !== undefined) lines.push(`  book       ${sizeText(book.bytes)} of at most ${sizeText(book.bound)}`)
  if (received !== undefined && !received.data) {
    lines.push(
      `  feed       ${received.connected ? "connected, but no data came" : "never connected"}: ${received.why}`,
    )
  }
  for (const { message, count: times } of report.notices) {
    lines.push(`  feed says  ${message}${times > 1 ? ` (${countText(times)} times)` : ""}`)
  }
  const silent = namesText(report.noData)
  if (silent !== "") lines.push(`  no data    ${silent}`)
  for (const route of report.routes) lines.push(`  ${routeText(route)}`)
  for (const { sink, expression, failed } of expressions) {
    if (failed > 0) lines.push(`  expression ${sink}: failed for ${count(failed, "record")}: ${shortened(expression)}`)
  }
  return `${lines.join("\n")}\n`
}

/** `hook  963 in + 12 restored = 970 delivered + 0 merged + 5 lost (expired 5) + 0 pending; 1 resnapshot; 3 games sent again`. */
const routeText = ({ name, state, counts, losses, isLossy }: RouteReport): string => {
  const lost = counts.dropped + counts.expired + counts.deadLettered
  const reasons = Object.entries(losses).map(([reason, amount]) => `${reason} ${countText(amount)}`).join(", ")
  const right = [
    `${countText(counts.delivered)} delivered`,
    `${countText(counts.coalesced)} merged`,
    ...counts.replaced > 0 ? [`${countText(counts.replaced)} replaced`] : [],
    `${countText(lost)} lost${reasons === "" ? "" : ` (${reasons})`}`,
    `${countText(counts.pending)} pending`,
  ].join(" + ")
  const restored = counts.restored > 0 ? ` + ${countText(counts.restored)} restored` : ""
  const ends = [
    ...state === "ended" ? ["its reader has gone"] : state === "disabled" ? ["it failed"] : [],
    ...counts.resnapshots > 0 ? [`${count(counts.resnapshots, "resnapshot")}`] : [],
    ...counts.gameResnapshots > 0 ? [`${count(counts.gameResnapshots, "game")} sent again`] : [],
    ...isLossy && state !== "ended" ? ["its reader is missing records"] : [],
  ]
  return [`${name.padEnd(10)} ${countText(counts.in)} in${restored} = ${right}`, ...ends].join("; ")
}

const mostShown = 20

const shortened = (expression: string): string => expression.length > 100 ? `${expression.slice(0, 99)}…` : expression

const mostActions = 10

const unreadText = (
  { quarantined, rejected, unknown, lateArrivals, limited, limits, actions }: Unread,
): string | undefined => {
  const shown = actions.slice(0, mostActions).map(({ action, count, ignored }) =>
    `${JSON.stringify(action)} ${countText(count)}${ignored ? " (ignored)" : ""}`
  )
  if (actions.length > mostActions) shown.push("…")
  const parts = [
    ...quarantined > 0 ? [`${count(quarantined, "message")} that could not be read`] : [],
    ...rejected > 0 ? [`${count(rejected, "outcome")} that could not be read`] : [],
    ...unknown > 0 ? [`${count(unknown, "message")} of unknown actions`] : [],
    ...shown.length > 0 ? [`by action: ${shown.join(", ")}`] : [],
    ...lateArrivals > 0 ? [`${count(lateArrivals, "late arrival")} dropped`] : [],
    ...limited > 0 ? [`${count(limited, "message or outcome", "messages or outcomes")} beyond a bound`] : [],
    ...limits.map(({ name, bound, count, first: { sportsbook, game } }) => {
      const place = [sportsbook, game].filter((part) => part !== null).join(" ")
      return `${name} over ${countText(bound)}: ${countText(count)}${place === "" ? "" : `, first ${place}`}`
    }),
  ]
  return parts.length === 0 ? undefined : parts.join("; ")
}

const notLiveText = ({ blindWindows, connectionsLost, unverifiedGames }: Report): string => {
  if (blindWindows + connectionsLost + unverifiedGames === 0) return "never"
  return `${count(blindWindows, "time")}, ${count(connectionsLost, "connection")} lost` +
    (unverifiedGames === 0 ? "" : `, ${count(unverifiedGames, "game")} unverified one by one`)
}

/** `04:00:05 for 4.0 s: gap (network), 2 games unverified, 3 lines changed, 1 gone`. */
const windowText = (window: BlindWindow): string => {
  const { opened_at, duration_ms, kind, reason, sportsbook, losses, at_stake, outcome } = window
  const parts = [`${kind} (${reason}${losses > 1 ? `, ${losses} losses` : ""})`]
  if (sportsbook !== null) parts.push(sportsbook)
  if (at_stake.games > 0) parts.push(`${count(at_stake.games, "game")} unverified`)
  if (outcome !== null) {
    parts.push(`${count(outcome.changed, "line")} changed`)
    if (outcome.absent > 0) parts.push(`${count(outcome.absent, "game")} gone`)
    if (outcome.unverified > 0) parts.push(`${count(outcome.unverified, "game")} still unverified`)
    if (outcome.sportsbooks_missing.length > 0) parts.push(`missing: ${outcome.sportsbooks_missing.join(", ")}`)
  }
  const span = duration_ms === null ? "until the end" : `for ${seconds(duration_ms)}`
  return `${opened_at} ${span}: ${parts.join(", ")}`
}

const seconds = (millis: number): string => `${(millis / 1000).toFixed(1)} s`

/** For machines: one line. */
export const reportJson = (
  { duration, routes, ...report }: Report,
  received?: Received,
  expressions: ReadonlyArray<ExpressionCount> = [],
): string =>
  `${
    JSON.stringify({
      report: {
        ...report,
        ...received === undefined ? {} : { feed: received },
        ...expressions.length === 0 ? {} : { expressions },
        duration_ms: Math.round(Duration.toMillis(duration)),
        routes: routes.map(({ error, ...route }) => error === undefined ? route : { ...route, error: error.message }),
      },
    })
  }\n`

/** `85 MiB`, rounded up. */
export const sizeText = (bytes: number): string => {
  const [unit, name] = bytes < 1024 ** 2 ? [1024, "KiB"] : [1024 ** 2, "MiB"]
  return `${countText(Math.ceil(bytes / unit))} ${name}`
}

const remedy = "For more: NODE_OPTIONS=--max-old-space-size=MEBIBYTES"

/** The log line about the size of the book at the start of a run: a warning if the heap has less room than the limits. */
export const bookRoomText = (
  asked: Partial<StateLimits> = {},
): { readonly level: "info" | "warn"; readonly text: string } => {
  const { bytes = Infinity } = withinHeap(asked)
  const room = sizeText(bytes)
  const heap = sizeText(getHeapStatistics().heap_size_limit)
  if (asked.bytes === undefined) {
    return { level: "info", text: `the book can use ${room} of a heap of ${heap}. ${remedy}` }
  }
  if (asked.bytes <= bytes) return { level: "info", text: `the book can use ${room} (limits.bytes)` }
  const text = `limits.bytes is ${sizeText(asked.bytes)}, but a heap of ${heap} has room for only ${room}: ` +
    `the bound is ${room}. ${remedy}`
  return { level: "warn", text }
}
