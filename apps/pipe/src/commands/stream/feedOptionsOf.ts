/** The flags of a feed, as the options of its source. */
import type { ParsedFlags } from "../../commandLine/flags.ts"
import { limitOptionsOf } from "../../commandLine/limitFlag.ts"
import { filtersOf } from "../../commandLine/settings.ts"
import { UsageError } from "../../process/ExitCode.ts"

/** The options of the source `feed` that these flags mean. */
export const feedOptionsOf = (given: ParsedFlags): object => {
  const url = given.text("url")
  const maxAttempts = given.number("max-attempts", { least: 1 })
  const stale = given.millis("exit-on-stale")
  const lateBy = given.millis("late-by")
  const lateFor = given.millis("late-for")
  const sessions = given.number("sessions", { least: 1, most: 16 })
  if (given.isSet("shard-by") && (sessions ?? 1) === 1) {
    throw new UsageError("Cannot use --shard-by without --sessions N: one session is not divided")
  }
  return {
    ...filtersOf(given),
    ...url === undefined ? {} : { url },
    ...given.isSet("insecure") ? { insecure: true } : {},
    ...maxAttempts === undefined ? {} : { max_attempts: maxAttempts },
    ...stale === undefined ? {} : { exit_on_stale: `${stale}ms` },
    ...lateBy === undefined ? {} : { late_by: `${lateBy}ms` },
    ...lateFor === undefined ? {} : { late_for: `${lateFor}ms` },
    ...given.isSet("ignore-action") ? { ignore: given.texts("ignore-action") } : {},
    ...limitOptionsOf(given),
    ...sessions === undefined ? {} : { sessions },
    ...given.isSet("shard-by") ? { shard_by: given.text("shard-by") } : {},
  }
}
