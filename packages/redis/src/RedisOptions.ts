/** How Redis is reached, and what is kept there. */
import type * as Duration from "effect/Duration"
import type * as Redacted from "effect/Redacted"
import type { RedisError } from "./RedisError.ts"

/** How to reach the server, and with which credentials. */
export interface RedisConnectionOptions {
  /** `rediss://host:6379` or `redis://host:6379`, and the number of a database: `/2`. Default `redis://127.0.0.1:6379`. */
  readonly url?: string
  /** A user of the server. Default: the user `default` of Redis. */
  readonly user?: string
  /** The password of the user. Default: none. */
  readonly password?: Redacted.Redacted<string>
  /** Certificates and keys. Default: the well-known authorities, and no certificate of its own. */
  readonly tls?: RedisTls
  /** Allows `redis://` to other machines: records and passwords can be read on the way. Default false. */
  readonly allowInsecure?: boolean
  /** The name under which the server lists this connection. Default `boltodds`. */
  readonly clientName?: string
  /** How long an answer of the server may take. Default 5 s. */
  readonly timeout?: Duration.Duration
}

/** Certificates, all as PEM. */
export interface RedisTls {
  /** Certificates of authorities to trust instead of the well-known ones. */
  readonly ca?: string
  /** The certificate of this client, and its key. */
  readonly cert?: string
  readonly key?: Redacted.Redacted<string>
}

/** The keys of one feed: a log with each record, and the latest record of each line, game and control. */
export interface RedisStreamOptions {
  /**
   * The key of the log, a stream. The other keys begin with it and a colon: see `redisKeys`. Letters, digits, `_` and `-`.
   * Default `boltodds`.
   */
  readonly stream?: string
  /** Whether the latest records are kept, for readers that join at any time. Default true. */
  readonly latest?: boolean
  /**
   * Into how many streams the log is divided besides, for readers that share the work: each game is in one of them, and
   * controls are in all. 1 to 64. Default 0: none.
   */
  readonly partitions?: number
  /** What the records are, such as `changes`: another kind may not be written to this stream. Default: not checked. */
  readonly emit?: string
  /** How long the log keeps a record. Readers that lag more read the latest records again. Default 1 hour. */
  readonly maxAge?: Duration.Duration
  /**
   * How many records the log keeps: more are removed, and of memory each 100,000 take about 80 MB. Each of the partitions
   * keeps its share of as many. Default 100,000.
   */
  readonly maxRecords?: number
}

/** The options of `redisRecords`. */
export interface RedisReaderOptions extends RedisConnectionOptions {
  /** The key of the log, as its writer names it. Default `boltodds`. */
  readonly stream?: string
  /**
   * What to read. `latest`: the whole book, and what changes; a slow reader gets the newest record of each line instead
   * of all. `log`: each record that the log has, from the oldest; a slow reader gets them late. Default `latest`.
   */
  readonly from?: "latest" | "log"
  /** With `from: "log"`: begins with the records since this time, by the clock of the session. Default: with the oldest. */
  readonly since?: Date
  /** Reads the games of one partition only, counted from 0, and all controls. Default: all games. */
  readonly partition?: number
  /** After this time without a record all is `stale`: a writer sends heartbeats. Default 25 s. */
  readonly staleAfter?: Duration.Duration
  /**
   * The `origin` of the records that the reader makes itself: the snapshots with which it joins, `stale`, `fresh`, `dropped`.
   * Processes that write to one store need different ones, since the origin is a part of the identity. Default
   * `redis:STREAM`.
   */
  readonly origin?: string
  /** Called when nothing can be read for the moment: it is tried again. Must not throw. */
  readonly onTrouble?: (error: RedisError) => void
}

/** {@link RedisStreamOptions} with the defaults.  */
export interface StreamSettings {
  readonly stream: string
  readonly latest: boolean
  readonly partitions: number
  readonly emit: string
  readonly maxAgeMillis: number
  readonly maxRecords: number
}

/** The name of a stream if nothing is said.  */
export const defaultStream = "boltodds"
/** Where a server is if nothing is said.  */
export const defaultUrl = "redis://127.0.0.1:6379"
/** The most partitions: each control is written to all of them.  */
export const mostPartitions = 64

/** A name that may be the key of a log.  */
export const streamPattern: RegExp = /^[A-Za-z0-9_-]{1,64}$/
