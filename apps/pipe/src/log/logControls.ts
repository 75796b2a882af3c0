/** Controls that a person should read, in the log: the server's words, names without data, sportsbooks that are late. */
import type { Control, Filters } from "@boltodds/protocol"
import type { Step } from "@boltodds/state"
import type { CommandLog } from "./Log.ts"

/** Logs what the records of a step say about the feed. Make one for each run. */
export const makeControlLog = (log: CommandLog): (step: Step) => void => {
  const late = new Set<string>()
  const note = (record: Control): void => {
    switch (record.control) {
      case "feed_notice":
        return log.log(
          record.level === "info" ? "info" : "warn",
          `the feed says: ${record.message}`,
          { event: "feed_notice", ...record.action === null ? {} : { action: record.action } },
        )
      case "no_data": {
        const names = namesText(record)
        if (names !== "") {
          log.log("info", `no data yet for ${names} (a quiet market, or a name that the feed does not know)`, {
            event: "no_data",
          })
        }
        return
      }
      case "stale":
        if (record.reason !== "late" || record.sportsbook === null) return
        late.add(record.sportsbook)
        return log.log(
          "warn",
          `updates of ${record.sportsbook} arrive ${seconds(record.age_ms)} late: its prices are stale ` +
            "(a slow feed, network or proxy)",
          { event: "sportsbook_late" },
        )
      case "fresh":
        if (record.sportsbook !== null && late.delete(record.sportsbook)) {
          log.log("info", `updates of ${record.sportsbook} are on time again`, { event: "sportsbook_on_time" })
        }
    }
  }
  return ({ records }) => {
    for (let index = 0; index < records.length; index++) {
      const record = records[index]!
      if ("control" in record) note(record)
    }
  }
}

const mostNames = 10

/** `sports MLB; sportsbooks caesars, fanduel`. */
export const namesText = (names: Filters): string =>
  (["sports", "sportsbooks", "games", "markets"] as const).flatMap((kind) => {
    const list = names[kind] ?? []
    if (list.length === 0) return []
    const more = list.length > mostNames ? ` and ${list.length - mostNames} more` : ""
    return [`${kind} ${list.slice(0, mostNames).join(", ")}${more}`]
  }).join("; ")

const seconds = (millis: number): string => `${(millis / 1000).toFixed(1)} s`
