/** From the failure of a run to an exit code and a message. */
import type { CatalogError, SessionError, ShardOverlap, ShardsRefused, UrlRefused } from "@boltodds/connection"
import type { NatsError } from "@boltodds/nats"
import type { RecordingError } from "@boltodds/protocol"
import type { RedisError } from "@boltodds/redis"
import type { ServeError } from "@boltodds/serve/reader"
import type { SimulatorError } from "@boltodds/simulator"
import type { SinkError } from "@boltodds/sink"
import * as Cause from "effect/Cause"
import type { NoKey } from "@boltodds/parts/feed"
import { howToGiveAKey } from "./environment.ts"
import { errorMessage, ExitCode, Failure, UsageError } from "./ExitCode.ts"

type Expected =
  | SessionError
  | SinkError
  | UrlRefused
  | CatalogError
  | ShardsRefused
  | ShardOverlap
  | RecordingError
  | SimulatorError
  | NoKey
  | NatsError
  | RedisError
  | ServeError

/**
 * The failure to show and to exit with. An unexpected error is returned unchanged: it is a bug. `sink` is the name of the
 * sink that failed, if one did.
 */
export const failureOf = (cause: Cause.Cause<unknown>, sink: string = "a sink"): unknown => {
  const error = cause.reasons.find(Cause.isFailReason)?.error as Expected | undefined
  switch (error?._tag) {
    case "KeyRefused":
    case "KeyUnavailable":
      return new Failure(ExitCode.keyRefused, error.message, { cause: error })
    case "FeedUnavailable":
    case "FrameTooLarge":
      return new Failure(ExitCode.feedUnavailable, error.message, { cause: error })
    case "NoKey":
      return new UsageError(`${error.message}\n${howToGiveAKey}`)
    case "ShardsRefused":
    case "ShardOverlap":
      return new UsageError(error.message)
    case "UrlRefused":
      return new UsageError(error.message.replace("with insecure", "with --insecure"))
    case "CatalogRefused":
      return new Failure(ExitCode.keyRefused, error.message, { cause: error })
    case "CatalogBusy":
    case "CatalogUnavailable":
    case "CatalogUnreadable":
      return new Failure(
        ExitCode.feedUnavailable,
        `Cannot divide the feed without its names (${error.message}); list them with --sport or --sportsbook`,
        { cause: error },
      )
    case "NatsError":
    case "RedisError":
    case "ServeError":
      return new Failure(error.reason === "refused" ? ExitCode.keyRefused : ExitCode.feedUnavailable, error.message, {
        cause: error,
      })
    case "RecordingError":
      return new Failure(ExitCode.badInput, error.reason, { cause: error })
    case "SimulatorError":
      return new UsageError(error.message)
    case "SinkError":
      return new Failure(ExitCode.sinkFailed, `${sink} cannot be written: ${errorMessage(error.cause)}`, {
        cause: error,
      })
    case undefined:
      return Cause.squash(cause)
    default:
      return error
  }
}
