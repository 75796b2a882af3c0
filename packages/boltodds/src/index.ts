/**
 * The BoltOdds live odds feed in a `for await` loop, and whole pipelines as a promise.
 *
 * @module
 */
export { ConfigErrors, DeliveryError, type Problem } from "@boltodds/config"
export type {
  PlainContext,
  PlainEmitPlugin,
  PlainPlugin,
  PlainProcessorPlugin,
  PlainSink,
  PlainSinkPlugin,
  PlainSourcePlugin,
  StandardSchema,
  Undelivered,
} from "@boltodds/config"
export { FeedUnavailable, FrameTooLarge, KeyRefused, KeyUnavailable, UrlRefused } from "@boltodds/connection"
export { chain, dedupe, filter, map, minMove, pick, where } from "@boltodds/pipeline"
export { BookFold, emptyBook, fold, gameId, isControl, isLineChange, isLive } from "@boltodds/protocol"
export type {
  BlindWindow,
  Book,
  BookGame,
  BookLine,
  Change,
  Control,
  GameChange,
  GivenFilters,
  LineChange,
  StreamRecord,
} from "@boltodds/protocol"
export type { LineRef } from "@boltodds/state"
export * from "./define.ts"
export * from "./follow.ts"
export * from "./runPipeline.ts"
export type * from "./RunReport.ts"
