/** A latency report, for people. */
import type { LatencyReport, SportsbookLatency } from "@boltodds/pipeline"
import { countText, visible } from "@boltodds/text"

/** The table, ending in a newline. */
export const latencyText = ({ watchedMillis, books, otherMessages, late, skew }: LatencyReport): string => {
  if (books.length === 0) return "No data came.\n"
  const head = ["sportsbook", "messages", "a second", "fastest", "half in", "90% in", "99% in", "slowest"]
  const rows = [head, ...books.map(rowOf)]
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const table = rows.map((row) =>
    row.map((cell, column) => column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)).join("  ")
  )
  return `${[...table, "", ...notes(watchedMillis, books, otherMessages, skew), ...late.map(lateNote)].join("\n")}\n`
}

const rowOf = ({ sportsbook, messages, messagesPerSecond, latency }: SportsbookLatency): ReadonlyArray<string> => [
  visible(sportsbook),
  countText(messages),
  messagesPerSecond.toFixed(messagesPerSecond < 10 ? 2 : 0),
  ...latency === null
    ? ["–", "–", "–", "–", "–"]
    : [latency.fastest, latency.p50, latency.p90, latency.p99, latency.slowest].map(spanText),
]

const notes = (
  watchedMillis: number,
  books: ReadonlyArray<SportsbookLatency>,
  otherMessages: number,
  skew: LatencyReport["skew"],
): ReadonlyArray<string> => {
  const sum = (of: (book: SportsbookLatency) => number): number => books.reduce((total, book) => total + of(book), 0)
  const notes = [
    `Watched for ${spanText(watchedMillis)}. The age of an update on arrival: our clock minus the server's time.`,
  ]
  notes.push(
    skew.kind === "server_ahead"
      ? `The server's clock is ahead of this machine's by at least ${
        spanText(skew.atLeastMillis)
      }: true ages are larger.`
      : "Whether the two clocks agree cannot be seen from here: their difference is in the figures.",
  )
  const aside = [
    [sum(({ initialStates }) => initialStates), "initial states"],
    [sum(({ delayed }) => delayed), "messages that waited for us"],
    [sum(({ untimed }) => untimed), "messages without a time"],
    [otherMessages, "messages of more sportsbooks than are kept"],
  ] as const
  const counted = aside.filter(([amount]) => amount > 0).map(([amount, what]) => `${countText(amount)} ${what}`)
  if (counted.length > 0) notes.push(`Not measured: ${counted.join(", ")}.`)
  return notes
}

const lateNote = ({ sportsbook, lateMillis, isLate }: LatencyReport["late"][number]): string =>
  `${sportsbook} was late for ${spanText(lateMillis)}${
    isLate ? " and still is" : ""
  }: its updates came at least 10 s ` +
  "later than at best."

/** `-750 ms`, `35 ms`, `1.2 s`, `3 min`. */
const spanText = (millis: number): string => {
  const size = Math.abs(millis)
  if (size < 1000) return `${Math.round(millis)} ms`
  if (size < 120_000) return `${(millis / 1000).toFixed(1)} s`
  return `${countText(Math.round(millis / 60_000))} min`
}
