/** What happens to lanes, for the log. */
import type { LaneEvent } from "@boltodds/sink"
import * as Duration from "effect/Duration"
import type { Log } from "../Log.ts"

/** Logs what a lane's event means to the one who waits for records. */
export const tellLaneEvent = (log: Log, sink: string, event: LaneEvent): void => {
  const say = (level: "warn" | "info" | "error", message: string): void => log.log(level, `${sink}: ${message}`)
  switch (event._tag) {
    case "Retrying":
      return say("warn", `${event.error.message}; trying again in ${seconds(event.delay)} (attempt ${event.attempt})`)
    case "Degraded":
      return say("warn", `${event.error.message}; ${event.lost} records are lost`)
    case "DeadLettered":
      return say("warn", `${event.error.message}; ${event.lost} records are dead letters`)
    case "BreakerOpened":
      return say("warn", `${event.failures} failures in a row: nothing is tried for ${seconds(event.cool)}`)
    case "Lost":
      return say("warn", `${event.lost} records are lost (${event.reason}): the sink is slower than the feed`)
    case "LostPatience":
      return say("warn", `the feed has waited ${seconds(event.after)} for it and waits no more; the oldest records go`)
    case "Retold":
      return say("info", `everything is told again after a loss (${event.records} records)`)
    case "StoreFailed":
      return say("error", `${event.lost} records cannot be stored, and are lost: ${textOf(event.cause)}`)
    case "Recovered":
      return say("info", "delivers again")
    case "Disabled":
      return say("error", `${event.error.message}; nothing more is delivered`)
    case "Ended":
      return
  }
}

const seconds = (span: Duration.Duration): string => `${(Duration.toMillis(span) / 1000).toFixed(1)} s`

const textOf = (cause: unknown): string => cause instanceof Error ? cause.message : String(cause)
