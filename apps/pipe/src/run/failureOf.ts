/** What a run that failed means to the one who started it. */
import type { CatalogueError, SessionError, ShardOverlap, ShardsRefused, UrlRefused } from "@boltodds/connection"
import type { SinkError } from "@boltodds/sink"
import * as Cause from "effect/Cause"
import { ExitCode, Failure, UsageError } from "../ExitCode.ts"

/** The failure to show and to exit with; what is nobody's expected failure is given as it is: a bug. */
export const failureOf = (
  cause: Cause.Cause<SessionError | SinkError | UrlRefused | CatalogueError | ShardsRefused | ShardOverlap>,
): unknown => {
  const error = cause.reasons.find(Cause.isFailReason)?.error
  switch (error?._tag) {
    case "KeyRefused":
    case "KeyUnavailable":
      return new Failure(ExitCode.keyRefused, error.message, { cause: error })
    case "FeedUnavailable":
      return new Failure(ExitCode.feedUnavailable, error.message, { cause: error })
    case "UrlRefused":
    case "ShardsRefused":
    case "ShardOverlap":
      return new UsageError(error.message)
    case "CatalogueRefused":
      return new Failure(ExitCode.keyRefused, error.message, { cause: error })
    case "CatalogueBusy":
    case "CatalogueUnavailable":
    case "CatalogueUnreadable":
      return new Failure(
        ExitCode.feedUnavailable,
        `Cannot divide the feed without its names (${error.message}); list them with --sport or --book`,
        { cause: error },
      )
    case "SinkError":
      return new Failure(ExitCode.sinkFailed, `stdout cannot be written: ${error.message}`, { cause: error })
    case undefined:
      return Cause.squash(cause)
  }
}
