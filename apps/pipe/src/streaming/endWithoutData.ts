/** The end of a run that saw no data. */
import type { Report } from "@boltodds/pipeline"
import * as Duration from "effect/Duration"
import { ExitCode, Failure } from "../process/ExitCode.ts"
import type { CommandLog } from "../log/Log.ts"
import type { Received } from "./Reception.ts"

/** A run without any data says so, however it ended. One that never had a connection throws a `Failure`. */
export const endWithoutData = (
  { reason, duration, notices }: Report,
  received: Received | undefined,
  log: CommandLog,
): void => {
  // A reader that goes away has seen what it wanted.
  if (received === undefined || received.data || reason === "reader gone") return
  const span = `${(Duration.toMillis(duration) / 1000).toFixed(1)} s`
  const said = notices.length === 0 ? "" : `; the feed said: ${notices.map(({ message }) => message).join("; ")}`
  if (received.connected) return log.log("warn", `no data came in ${span}: ${received.why}${said}`)
  throw new Failure(ExitCode.feedUnavailable, `Never connected to the feed in ${span}: ${received.why}`)
}
