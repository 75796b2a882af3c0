/** What a session reports, and who reports it: the complete log of these events is a recording. */
import type { Effect } from "effect/Effect"
import type { Stream } from "effect/Stream"
import type { Filters } from "./Filters.ts"
import type { Item } from "./Item.ts"
import { decodeFrame } from "./Frame.ts"

/** Milliseconds since the Unix epoch by a session clock: wall time at start plus monotonic time, never decreasing. */
export type Millis = number

/**
 * Why a connection ended.
 *
 * `closed` by the server, cleanly or not · `network` error · `no_pong`: the transport is dead · `silent`: 45 s without
 * any frame · `slow_reader`: we did not read for 30 s · `clock_jumped` · `oversize` frame · `overflow`: a transport
 * that cannot pause ran over its bound · `resync`: we ended it to get a new snapshot · `shutdown`: we ended it for good.
 */
export type DisconnectKind = typeof disconnectKinds[number]

/** Every {@link DisconnectKind}. */
export const disconnectKinds = [
  "closed",
  "network",
  "no_pong",
  "silent",
  "slow_reader",
  "clock_jumped",
  "oversize",
  "overflow",
  "resync",
  "shutdown",
] as const

/** Why a connection ended, with what the transport knows. Never holds the URL or the key. */
export interface DisconnectReason {
  readonly kind: DisconnectKind
  /** The WebSocket close code, where there was one (RFC 6455, section 7.4). */
  readonly code?: number
  readonly detail?: string
}

/** The server accepted a connection. The frame that said so follows as a {@link Frame}. */
export interface Connected extends EventBase<"Connected"> {
  /** `Starter`, `Growth`, `Pro`; undefined on older servers. */
  readonly plan: string | undefined
}
/** A subscribe message was sent. A second one in an epoch replaces the filters. */
export interface Subscribed extends EventBase<"Subscribed"> {
  readonly filters: Filters
}
/** One WebSocket frame. */
export interface Frame extends EventBase<"Frame"> {
  readonly raw: string | Uint8Array
  /** Decoded on first use, once. */
  readonly items: ReadonlyArray<Item>
}
/** The connection is gone. */
export interface Disconnected extends EventBase<"Disconnected"> {
  readonly reason: DisconnectReason
}
/** We lag: a consumer is slow and we stopped reading, the process stood still, or what we read has waited. */
export interface Paused extends EventBase<"Paused"> {}
/** We read again; what comes next may have waited in buffers, until the next {@link Heard}. */
export interface Resumed extends EventBase<"Resumed"> {}
/** Nothing was received for 25 s, not even a ping; time we were paused does not count. */
export interface Silent extends EventBase<"Silent"> {}
/** Silence is over, or what waited during a pause has been read: the session is up to date again. */
export interface Heard extends EventBase<"Heard"> {}
/** Time went by. */
export interface Tick extends EventBase<"Tick"> {
  /**
   * `at`, plus what the wall has jumped against elapsed time since the last look: beyond 5 s either way the machine slept
   * or its clock was set. Slow drift is not in it.
   */
  readonly wall: Millis
}

interface EventBase<Tag extends string> {
  readonly _tag: Tag
  /** The socket's name when there are several. */
  readonly session: string
  /** Connections of this session, from 1; 0 before the first. */
  readonly epoch: number
  readonly at: Millis
}

/** An event of a session. */
export type FeedEvent = Connected | Subscribed | Frame | Disconnected | Paused | Resumed | Silent | Heard | Tick

class LazyFrame implements Frame {
  readonly _tag = "Frame"
  readonly session: string
  readonly epoch: number
  readonly at: Millis
  readonly raw: string | Uint8Array
  #items: ReadonlyArray<Item> | undefined

  constructor(session: string, epoch: number, at: Millis, raw: string | Uint8Array) {
    this.session = session
    this.epoch = epoch
    this.at = at
    this.raw = raw
    this.#items = undefined
  }

  get items(): ReadonlyArray<Item> {
    return this.#items ??= decodeFrame(this.raw)
  }
}

/** Makes a {@link Frame} event whose items are decoded on first use. */
export const makeFrame = (session: string, epoch: number, at: Millis, raw: string | Uint8Array): Frame =>
  new LazyFrame(session, epoch, at, raw)

/**
 * A source of feed events.
 *
 * The arrays of the stream are turns of the event loop; no result may depend on where they are cut. Not pulling the
 * stream is how a consumer makes a source pause.
 */
export interface Source<out E = never, out R = never> {
  readonly name: string
  readonly events: Stream<FeedEvent, E, R>
  /** Replaces the filters of a live session. Absent where that cannot be done. */
  readonly setFilters?: (filters: Filters) => Effect<void, E>
  /** What its sessions do to have a connection, now. Absent where it makes none, as a recording. */
  readonly dials?: Effect<ReadonlyArray<DialState>>
  /** Connects again for a new snapshot, where data has come on this connection. Absent where that cannot be done. */
  readonly resync?: (wanted: Resync) => Effect<void>
}

/** What a session does to have a connection. */
export interface DialState {
  readonly session: string
  /** Why it has no connection, in a few words. Null where it has one. */
  readonly why: string | null
  /** When it dials next, by the session clock; null where no dial waits. */
  readonly nextAt: Millis | null
  /** Dials that are allowed now, as far as this process knows; null where there is no limit, or it is not known. */
  readonly dialsLeft: number | null
}

/** A wish for a new snapshot: what `resync_wanted` says. */
export interface Resync {
  /** Becomes the detail of the `Disconnected`. */
  readonly reason: string
  /** Of several sessions the one that is meant. Default: all. */
  readonly session?: string
  /** The connection that is meant; a newer one has a newer snapshot and stays. Default: whichever there is. */
  readonly epoch?: number
}
