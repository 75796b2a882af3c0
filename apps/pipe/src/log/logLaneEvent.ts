/** The events of lanes, as log lines. */
import type { LaneEvent } from "@boltodds/lane"
import type { SinkError } from "@boltodds/sink"
import * as Duration from "effect/Duration"
import type { CommandLog } from "./Log.ts"

/** Takes the events of the lane of a sink. */
export type LaneLog = (sink: string, event: LaneEvent) => void

/** What the log calls them. */
const names: { readonly [Tag in LaneEvent["_tag"]]: string } = {
  Retrying: "sink_retrying",
  BreakerOpened: "sink_breaker_opened",
  Halved: "sink_batch_halved",
  Degraded: "sink_degraded",
  DeadLettered: "sink_dead_lettered",
  Lost: "sink_lost",
  BlockTimedOut: "sink_block_timed_out",
  Resnapshot: "sink_resnapshot",
  StoreFailed: "sink_store_failed",
  Recovered: "sink_recovered",
  Disabled: "sink_disabled",
  Ended: "sink_disabled",
}

/** Logs the events of lanes. */
export const makeLaneLog = (log: CommandLog): LaneLog => {
  // The event of a breaker comes just before that of the retry it replaces.
  const paused = new Set<string>()
  return (sink, event) => {
    const say = (level: "warn" | "info" | "error", message: string): void =>
      log.log(level, `${sink}: ${message}`, { event: names[event._tag], sink })
    if (event._tag === "BreakerOpened") {
      paused.add(sink)
      return say(
        "warn",
        `${why(event.error)}; after ${event.failures} failures in a row, waiting ${seconds(event.cool)}`,
      )
    }
    const isPaused = paused.delete(sink)
    switch (event._tag) {
      case "Retrying":
        if (isPaused) return
        return say("warn", `${why(event.error)}; trying again in ${seconds(event.delay)} (attempt ${event.attempt})`)
      case "Halved":
        return say(
          "warn",
          `${why(event.error)}; a batch of ${event.records} records is too large: sending it in halves`,
        )
      case "Degraded":
        return say("warn", `${why(event.error)}; ${records(event.lost)} lost`)
      case "DeadLettered":
        return say("warn", `${why(event.error)}; ${records(event.lost)} now dead letters`)
      case "Lost":
        return say("warn", `${records(event.lost)} lost: ${reasonText(event.reason)}`)
      case "BlockTimedOut":
        return say(
          "warn",
          `the block timeout of ${seconds(event.after)} has passed: the feed no longer waits for this sink, and the ` +
            "oldest records are dropped until it has caught up",
        )
      case "Resnapshot":
        return say(
          "info",
          `${gamesText(event.games)} sent again after a loss (resnapshot of ${event.records} records)`,
        )
      case "StoreFailed":
        return say("error", `${records(event.lost)} lost: cannot write to the store: ${textOf(event.cause)}`)
      case "Recovered":
        return say("info", "delivering again")
      case "Disabled":
        return say(
          "error",
          `${why(event.error)}; delivery has ended` + (event.lost > 0 ? `, ${records(event.lost)} lost` : ""),
        )
      case "Ended":
        return
    }
  }
}

const gamesText = (count: number | undefined): string =>
  count === undefined ? "the whole book is" : count === 1 ? "one game is" : `${count} games are`

const records = (count: number): string => count === 1 ? "one record is" : `${count} records are`

/** The cause alone; the log line already says that delivery failed. */
const why = ({ cause }: SinkError): string => textOf(cause)

const reasons: { readonly [reason: string]: string } = {
  expired: "they waited longer than `max_age`",
  block: "the sink is slower than the feed, and the block timeout has passed",
  coalesce: "the lane was full",
  drop_oldest: "the sink is slower than the feed (overflow: drop_oldest)",
  drop_newest: "the sink is slower than the feed (overflow: drop_newest)",
}

const reasonText = (reason: string): string => reasons[reason] ?? reason

const seconds = (span: Duration.Duration): string => `${(Duration.toMillis(span) / 1000).toFixed(1)} s`

const textOf = (cause: unknown): string => cause instanceof Error ? cause.message : String(cause)
