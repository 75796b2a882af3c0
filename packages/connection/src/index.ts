/** A session with the feed, several sessions as one, one session for many consumers, and the catalog. */
export * from "./connect.ts"

// The session
export type { BackoffMemory, BackoffRecord } from "./session/BackoffMemory.ts"
export {
  diagnose,
  type Diagnosis,
  type DiagnosisCause,
  type DiagnosisFacts,
  type NotUnderstood,
  type OutsideFilters,
  renderDiagnosis,
} from "./session/Diagnosis.ts"
export { makeSession, type Session } from "./session/Session.ts"
export { FeedUnavailable, FrameTooLarge, KeyRefused, type SessionError } from "./session/SessionError.ts"
export type { SessionOptions } from "./session/SessionOptions.ts"
export type { Status } from "./session/Status.ts"
export { defaultLimits, type WatchLimits } from "./session/Watch.ts"

// The way to the server
export { defaultFeedUrl, type FeedUrl, parseFeedUrl, UrlRefused } from "./transport/FeedUrl.ts"
export { fetchGet, HttpFailure, type HttpGet, type HttpResponse } from "./transport/Http.ts"
export { Limiter, type LimiterShape, makeLimiter } from "./transport/Limiter.ts"
export { defaultRateLimits, type RateLimits, type RequestKind } from "./transport/RateWindow.ts"
export { DialError, type DialOptions, type Link, LinkClosed, type Transport, type Turn } from "./transport/Transport.ts"
export * from "./transport/webTransport.ts"

// The key
export { type Key, type KeyAtHost, keyFromEnv, keyOf, KeyUnavailable, readKey } from "./key/Key.ts"
export { describeHolder, type KeyHolder, type KeyLeases } from "./key/KeyLeases.ts"
export { scrubKey } from "./key/scrubKey.ts"

// The catalog
export { type Catalog, type CatalogOptions, makeCatalog, type MarketsQuery } from "./catalog/Catalog.ts"
export * from "./catalog/CatalogError.ts"
export * from "./catalog/CatalogStore.ts"
export { checkNames, describeUnknown, type NameKind, type NameReport, type UnknownName } from "./catalog/checkNames.ts"

// Several sessions, and many consumers
export { makeShards, renewShards, type Shards, type ShardsOptions, type ShardStatus } from "./shards/makeShards.ts"
export { type Shard, ShardOverlap, ShardsRefused } from "./shards/Shard.ts"
export { type ShardBy, shardFilters, type ShardPlan } from "./shards/shardFilters.ts"
export { ConsumerCutOff, type ConsumerOptions } from "./share/Consumer.ts"
export { eventView, type FeedView } from "./share/FeedView.ts"
export { share, type Shared, type ShareOptions } from "./share/share.ts"
