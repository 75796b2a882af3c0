/** The port through which processes that use one key know of each other. */
import type { Millis } from "@boltodds/protocol"
import type { Effect } from "effect/Effect"
import type { Scope } from "effect/Scope"
import type { KeyAtHost } from "./Key.ts"

/** A process that has connections with a key, or is dialing. */
export interface KeyHolder {
  readonly pid: number
  /** The machine's name, or the container's; undefined where it is the one that asks. */
  readonly machine: string | undefined
  readonly program: string
  /** Since when, in wall time. */
  readonly since: Millis
  readonly sockets: number
}

/**
 * A list of who holds a key, so that "too many connections" and silence can be put down to someone. It forbids nothing:
 * plans allow from one connection to three. Nothing here fails: who cannot see others sees none.
 */
export interface KeyLeases {
  /** Lists one socket of this process until the scope ends, or the process does. */
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
