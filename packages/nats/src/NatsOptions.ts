/** How NATS is reached, and what its streams are. */
import type * as Duration from "effect/Duration"
import type * as Redacted from "effect/Redacted"
import type { NatsError } from "./NatsError.ts"

/** How to reach the servers, and with which credentials. */
export interface NatsConnectionOptions {
  /**
   * `tls://host:4222` or `nats://host:4222`: one server, or several of a cluster. Only these are contacted: servers that
   * a cluster announces are not. Default `nats://127.0.0.1:4222`.
   */
  readonly servers?: string | ReadonlyArray<string>
  /** Default: none. */
  readonly auth?: NatsAuth
  /** Certificates and keys. Default: the well-known authorities, and no certificate of its own. */
  readonly tls?: NatsTls
  /** Allows `nats://` to other machines: records and passwords can be read on the way. Default false. */
  readonly allowInsecure?: boolean
  /** The name under which servers list this connection. Default `boltodds`. */
  readonly clientName?: string
  /** How long an answer of a server may take. Default 5 s. */
  readonly timeout?: Duration.Duration
}

/** Who connects. */
export type NatsAuth =
  /** The text of a credentials file (`.creds`): a JWT and its key. */
  | { readonly credentials: Redacted.Redacted<string> }
  | { readonly token: Redacted.Redacted<string> }
  | { readonly user: string; readonly password: Redacted.Redacted<string> }

/** Certificates, all as PEM. */
export interface NatsTls {
  /** Certificates of authorities to trust instead of the well-known ones. */
  readonly ca?: string
  /** The certificate of this client, and its key. */
  readonly cert?: string
  readonly key?: Redacted.Redacted<string>
}

/** The streams of one feed: a log with each record, and the latest record of each subject. */
export interface NatsStreamOptions {
  /** The name of the feed: subjects begin with `NAME.`. Letters, digits, `_` and `-`. Default `boltodds`. */
  readonly name?: string
  /** The name of the stream with each record. Default `NAME_log`. */
  readonly logStream?: string
  /** The name of the stream with the latest record of each subject. Default `NAME_latest`. */
  readonly latestStream?: string
  /** Whether the latest record of each subject is kept, for readers that join at any time. Default true. */
  readonly latest?: boolean
  /** Whether streams that are missing are made. Without it they are only checked. Default true. */
  readonly create?: boolean
  /** How long the log keeps a record. Default 48 hours. */
  readonly maxAge?: Duration.Duration
  /** The largest size of the log in bytes: the oldest records are removed. Default: no bound but the server's. */
  readonly maxBytes?: number
  /** `memory` does not outlast the server. Default `file`. */
  readonly storage?: "file" | "memory"
  /** On how many servers of a cluster each message is kept, 1 to 5. Default 1. */
  readonly replicas?: number
  /** How long a server recognizes a message that is sent again. Default 2 minutes, and never more than `maxAge`. */
  readonly duplicateWindow?: Duration.Duration
  /** How many records of a subject are kept as the latest. Readers need 1; more cost memory. Default 1. */
  readonly latestPerSubject?: number
}

/** A place in a log. */
export interface LogPosition {
  /** When the log was made, as its server says: another log of its name counts from 1 again. */
  readonly created: string
  /** The sequence of the last message. */
  readonly sequence: number
}

/** The options of `natsRecords`. */
export interface NatsReaderOptions extends NatsConnectionOptions {
  /** The name of the feed, as its writer names it. Default `boltodds`. */
  readonly name?: string
  /**
   * What to read. `latest`: the whole book, and what changes; a slow reader gets the newest record of each line instead
   * of all. `log`: each record that the log has, from the oldest; a slow reader gets them late. Default `latest`.
   */
  readonly from?: "latest" | "log"
  /** With `from: "log"`: begins with the records that were written since. Default: with the oldest. */
  readonly since?: Date
  /** The name of the stream with the latest records. Default `NAME_latest`. */
  readonly latestStream?: string
  /** The name of the stream with each record. Default `NAME_log`. */
  readonly logStream?: string
  /** After this time without a record all is `stale`: a writer sends heartbeats. Default 25 s. */
  readonly staleAfter?: Duration.Duration
  /**
   * The `origin` of the records that the reader makes itself: the snapshots with which it joins, `stale`, `fresh`, `dropped`.
   * Processes that write to one store need different ones, since the origin is a part of the identity. Default `nats:NAME`.
   */
  readonly origin?: string
  /** Called when nothing can be read for the moment: it is tried again. Must not throw. */
  readonly onTrouble?: (error: NatsError) => void
}

/** {@link NatsStreamOptions} with the defaults.  */
export interface Streams {
  readonly name: string
  readonly log: string
  readonly latest: string | undefined
  readonly create: boolean
  readonly maxAgeMillis: number
  readonly maxBytes: number | undefined
  readonly storage: "file" | "memory"
  readonly replicas: number
  readonly duplicateMillis: number
  readonly latestPerSubject: number
}

/**  */
export const defaultName = "boltodds"
/** Where a server is if nothing is said.  */
export const defaultServer = "nats://127.0.0.1:4222"

/** A name that may be part of the names of streams and of subjects.  */
export const namePattern: RegExp = /^[A-Za-z0-9_-]{1,64}$/
