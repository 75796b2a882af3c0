/** The status line that SIGUSR1 prints. */
import type { RouteCounts, Running } from "@boltodds/pipeline"
import { visible, visibleJson } from "@boltodds/text"
import * as Effect from "effect/Effect"
import type { CommandLog } from "../log/Log.ts"

/** One line: how long it has run, what each session does, and the counts of each sink. JSON if the log is JSON. */
export const statusText = async (
  startedMillis: number,
  running: Running | undefined,
  statuses: ReadonlyMap<string, string>,
  format: CommandLog["format"],
): Promise<string> => {
  const seconds = Math.round((performance.now() - startedMillis) / 1000)
  const sinks = running === undefined ? [] : await Effect.runPromise(running.counts)
  const feeds = Object.fromEntries(statuses)
  if (format === "json") return visibleJson(JSON.stringify({ status: { running_s: seconds, feeds, sinks } }))
  const parts = [
    `boltodds-pipe: running for ${seconds} s`,
    ...Object.entries(feeds).map(([name, status]) => `${name}: ${status}`),
    ...sinks.map(countsText),
  ]
  return visible(parts.join(" · "))
}

const countsText = ({ name, counts }: RouteCounts): string =>
  `${name}: in ${counts.in}, delivered ${counts.delivered}, pending ${counts.pending}, dropped ${counts.dropped}`
