/** The port through which processes that use the same key see each other. */
import type { Millis } from "@boltodds/protocol"
import type { Effect } from "effect/Effect"
import type { Scope } from "effect/Scope"
import type { KeyAtHost } from "./Key.ts"

/** A process that has connections with a key, or is dialing. */
export interface KeyHolder {
  readonly pid: number
  /** The name of the machine or container. Undefined if it is this one. */
  readonly machine: string | undefined
  readonly program: string
  /** The start, in wall time. */
  readonly since: Millis
  readonly sockets: number
}

/**
 * The list of processes that hold a key. It explains "too many connections" and silence. It forbids nothing: plans allow
 * from one connection to three. Nothing here fails: a list that cannot be read counts as empty.
 */
export interface KeyLeases {
  /** Lists one socket of this process, until the scope or the process ends. */
  readonly hold: (use: KeyAtHost) => Effect<void, never, Scope>
  /** The other processes that hold the key now. */
  readonly holders: (use: KeyAtHost) => Effect<ReadonlyArray<KeyHolder>>
}

/** `pid 4711 (boltodds-pipe) of this machine, since 2026-07-16 17:00:00 UTC, with 2 connections` */
export const describeHolder = ({ pid, machine, program, since, sockets }: KeyHolder): string => {
  const where = machine === undefined ? "this machine" : machine
  const time = new Date(since).toISOString().slice(0, 19).replace("T", " ")
  return `pid ${pid} (${program}) of ${where}, since ${time} UTC` +
    (sockets === 1 ? "" : `, with ${sockets} connections`)
}
