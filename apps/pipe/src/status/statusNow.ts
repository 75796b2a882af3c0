/** The status of this process as SIGUSR1 prints it. */
import type { LatestStatus, Running } from "@boltodds/pipeline"
import { visibleJson, visibleLines } from "@boltodds/text"
import * as Effect from "effect/Effect"
import type { CommandLog } from "../log/Log.ts"
import { statusTable } from "./statusTable.ts"

/** The tables of `boltodds-pipe status`; with a log of JSON the records as one line: `{"status":{"books":…}}`. */
export const statusNow = async (
  running: Running | undefined,
  latest: LatestStatus,
  format: CommandLog["format"],
): Promise<string> => {
  const records = running === undefined ? latest.records : await Effect.runPromise(running.status)
  const byKind = Object.fromEntries(records.map((record) => [record.status, record]))
  return format === "json"
    ? visibleJson(JSON.stringify({ status: byKind }))
    : visibleLines(statusTable(byKind)).trimEnd()
}
