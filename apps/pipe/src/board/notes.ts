/** Lines of the event pane: what the stream says about itself, and the log. */
import type { Control } from "@boltodds/protocol"
import { visible } from "@boltodds/text"
import { millisText } from "./draw/millisText.ts"
import type { NoteLine } from "./draw/Scene.ts"

/** How many are kept. */
const mostNotes = 200

/** How many lines of the log are printed again when the board is left. */
const mostPrinted = 20

/** Keeps them. */
export class Notes {
  readonly lines: Array<NoteLine> = []
  readonly #log: Array<string> = []

  /** A control that a person should see. */
  control(control: Control, now: number): void {
    const note = noteOf(control)
    if (note !== undefined) this.#add({ at: now, ...note })
  }

  /** What was written to stderr: it is shown, and printed when the board is left, unless it `isWritten` elsewhere. */
  log(text: string, now: number, isWritten = false): void {
    for (const line of text.split("\n")) {
      const shown = visible(messageOf(line.replaceAll(marks, "")))
      if (shown.trim() === "") continue
      if (!isWritten) this.#log.push(line)
      if (this.#log.length > mostPrinted) this.#log.shift()
      // The pane has a time of its own.
      this.#add({
        at: now,
        text: shown.replace(/^\d\d:\d\d:\d\d /, ""),
        isAlarm: /\b(?:error|warning|warn)\b/.test(line),
      })
    }
  }

  /** The last lines of the log, as they were written. */
  get printed(): ReadonlyArray<string> {
    return this.#log
  }

  #add(line: NoteLine): void {
    this.lines.push(line)
    if (this.lines.length > mostNotes) this.lines.shift()
  }
}

/** A line of a log in JSON is shown by its message. */
const messageOf = (line: string): string => {
  if (!line.startsWith("{")) return line
  try {
    const { message } = JSON.parse(line) as { readonly message?: unknown }
    return typeof message === "string" ? message : line
  } catch {
    // No JSON after all.
    return line
  }
}

/** Marks of `paintFor`, which are no text. */
// oxlint-disable-next-line no-control-regex
const marks = /\x1b\[\d*m/g

const noteOf = (control: Control): Omit<NoteLine, "at"> | undefined => {
  const alarm = (text: string) => ({ text, isAlarm: true })
  const news = (text: string) => ({ text, isAlarm: false })
  switch (control.control) {
    case "gap_opened":
      return alarm(`gap: ${control.detail ?? control.reason}; ${control.games} games are unverified`)
    case "gap_closed": {
      const { duration_ms, games, changed, unverified } = control
      const left = unverified === 0 ? "" : `, ${unverified} games stay unverified`
      return news(
        `gap closed after ${millisText(duration_ms)}: ${games} games verified, ${changed} lines changed${left}`,
      )
    }
    case "synced":
      return news(`synced: ${control.games} games, ${control.lines} lines`)
    case "stale":
      return alarm(`stale: ${control.sportsbook ?? "all"} (${control.reason}, ${millisText(control.age_ms)})`)
    case "fresh":
      return news(`fresh: ${control.sportsbook ?? "all"}`)
    case "dropped":
      return alarm(`${control.count} records were lost on the way here (${control.reason})`)
    case "quarantined":
      return alarm(`not understood: ${control.reason}${control.sportsbook === null ? "" : ` (${control.sportsbook})`}`)
    case "clock_jumped":
      return alarm(`the clock jumped by ${millisText(control.jump_ms)}: nothing is live until it is verified again`)
    case "stream_stopped":
      return alarm(`the stream has stopped: ${control.reason}`)
    case "stream_resumed":
      return news("another run goes on")
  }
  return undefined
}
