/** Records of `changes` as lines for a person. */
import type { GameChange, LineChange, StreamRecord } from "@boltodds/protocol"
import { visible } from "@boltodds/text"
import type { Paint } from "./Terminal.ts"

/** One line, in color if `paint` has any; undefined of a control that says nothing new. */
export const changeLine = (record: StreamRecord, paint: Paint): string | undefined => {
  // The time of a record ends in Z.
  const at = Date.parse(record.at)
  const time = paint.dim(new Date(at).toTimeString().slice(0, 8))
  if ("control" in record) {
    const text = controlText(record)
    return text === undefined ? undefined : `${time} ${text(paint)}`
  }
  const words = "outcome" in record ? lineWords(record, paint) : gameWords(record, paint)
  const where = paint.dim(
    [record.sport, record.game].map(visible).join(" ") + (record.cause === "feed" ? "" : ` (${record.cause})`),
  )
  return `${time} ${visible(record.sportsbook).padEnd(12)} ${words}  ${where}`
}

/** By what it pays: from -105 to +105 it pays more. */
const pays = (odds: number): number => odds > 0 ? odds / 100 : -100 / odds

const priceText = (odds: number | null): string => odds === null ? "–" : odds > 0 ? `+${odds}` : String(odds)

const lineWords = (change: LineChange, paint: Paint): string => {
  const { odds, previous_odds: before } = change
  const name = visible(change.outcome)
  switch (change.change) {
    case "line_moved": {
      const isLonger = odds !== null && before !== null && pays(odds) > pays(before)
      const line = change.line === change.previous_line || change.line === null ? "" : ` (line ${change.line})`
      const text = `${isLonger ? "▲" : "▼"} ${name} ${priceText(before)} → ${priceText(odds)}${line}`
      return isLonger ? paint.cyan(text) : paint.yellow(text)
    }
    case "line_opened":
      return `+ ${name} ${priceText(odds)}`
    case "line_resumed":
      return `+ ${name} ${priceText(odds)} again`
    case "line_amended":
      return `  ${name} ${priceText(odds)}`
    case "line_suspended":
      return paint.dim(`· ${name} suspended`)
    case "line_closed":
      return paint.dim(`- ${name} closed`)
  }
}

const gameWords = ({ change }: GameChange, paint: Paint): string => paint.dim(change.replace("_", " "))

const controlText = (
  record: Extract<StreamRecord, { readonly control: unknown }>,
): ((paint: Paint) => string) | undefined => {
  switch (record.control) {
    case "gap_opened":
      return ({ red }) =>
        red(`GAP: ${visible(record.detail ?? record.reason)}; nothing of ${record.games} games is live`)
    case "gap_closed":
      return ({ bold }) =>
        bold(
          `gap closed after ${(record.duration_ms / 1000).toFixed(1)} s: ${record.games} games verified` +
            (record.unverified === 0 ? "" : `, ${record.unverified} not`),
        )
    case "stale":
      return ({ red }) => red(`STALE: ${visible(record.sportsbook ?? "all")} (${record.reason}); it is not live`)
    case "fresh":
      return ({ bold }) => bold(`fresh: ${visible(record.sportsbook ?? "all")}`)
    case "quarantined":
      return ({ red }) => red(`NOT UNDERSTOOD: ${visible(record.reason)}`)
    case "dropped":
      return ({ red }) => red(`LOST: ${record.count} records; nothing is live until all is sent again`)
    case "clock_jumped":
      return ({ red }) => red("CLOCK JUMPED: nothing is live until it is verified again")
    case "synced":
      return ({ bold }) => bold(`synced: ${record.games} games, ${record.lines} lines`)
    case "stream_started":
    case "stream_resumed":
    case "stream_stopped":
      return ({ bold }) => bold(record.control.replace("_", " "))
    default:
      return undefined
  }
}
