/** Connections that stay open and send nothing, or too little. */
import type { Held, Wire } from "@boltodds/feed-server"
import type { Behavior } from "./Behavior.ts"
import { type Fault, fault } from "./Fault.ts"
import { size } from "./Parameter.ts"
import { given, whenOf, windowed, windows } from "./schedules.ts"

/** A behavior that holds frames back on all connections while it is on. Nothing is lost by it. */
const holding = (name: string, what: Held): Behavior => {
  const releases = new Map<number, () => void>()
  const hold = (wire: Wire): void => void releases.set(wire.id, wire.hold(what))
  return {
    name,
    start: (wires, host) => {
      host.struck()
      wires.forEach(hold)
    },
    open: (wire) => {
      hold(wire)
      return undefined
    },
    close: (wire) => void releases.delete(wire.id),
    stop: (wires) => {
      for (const { id } of wires) {
        releases.get(id)?.()
        releases.delete(id)
      }
    },
  }
}

/**
 * Sockets stay open and say nothing: no frames, no pings, no pongs. What is to be sent waits, within the server's
 * bound for a backlog, and goes out when this is switched off; a connection whose backlog grew beyond it is cut.
 */
export const mute = (): Behavior => holding("mute", "everything")

/**
 * The connections that are open when it is switched on are dead, and their clients do not know: nothing is sent, nothing
 * is read, no FIN comes; what a client sends goes into kernel buffers. New connections are fine. When it is switched off
 * the dead ones are reset, as by a host that came back and knows nothing of them.
 */
export const halfOpen = (): Behavior => {
  const dead = new Set<Wire>()
  return {
    name: "half-open",
    start: (wires, host) => {
      host.struck()
      for (const wire of wires) {
        wire.freeze()
        dead.add(wire)
      }
    },
    close: (wire) => void dead.delete(wire),
    stop: () => {
      for (const wire of dead) wire.reset()
      dead.clear()
    },
  }
}

/**
 * The feed's pings, acknowledgements and answers go on, odds do not come. They wait, within the server's bound for a
 * backlog, and go out when this is switched off; a connection whose backlog grew beyond it is cut.
 */
export const pingsOnly = (): Behavior => holding("pings-only", "data")

/**
 * All frames are held back, pings too, and come in one burst when this is switched off: old messages with a new time of
 * arrival. WebSocket pings are answered throughout, as by a proxy in front of a server that hangs.
 */
export const stall = (): Behavior => holding("stall", "frames")

/**
 * Lets only so many bytes a second out on each connection, frames cut anywhere: a whole frame takes long, and the feed's
 * pings wait for it. The rest comes at once when this is switched off; a connection whose backlog grew beyond the
 * server's bound is cut.
 */
export const slowDrip = (options: {
  /** @default 1000 */
  readonly bytesPerSecond?: number
} = {}): Behavior => {
  const drip = (wire: Wire): void => wire.throttle(options.bytesPerSecond ?? 1000)
  return {
    name: "slow-drip",
    start: (wires, host) => {
      host.struck()
      wires.forEach(drip)
    },
    open: (wire) => {
      drip(wire)
      return undefined
    },
    stop: (wires) => wires.forEach((wire) => wire.throttle(undefined)),
  }
}

/** The faults of this file. */
export const silences: ReadonlyArray<Fault> = [
  fault({
    name: "mute",
    about: "Sockets stay open and say nothing: no frames, no pings, no pongs. What waited comes when it ends.",
    client: "Sends WebSocket pings; without a pong in time it takes the connection for dead and redials.",
    parameters: windows,
    make: (v) => windowed(mute(), whenOf(v)),
  }),
  fault({
    name: "half-open",
    about:
      "The open connections are dead and no FIN says so: nothing sent, nothing read; reset when it ends. New ones work.",
    client: "The same as for mute: only its own pings show it. Its old connection may still count at the server.",
    parameters: windows,
    make: (v) => windowed(halfOpen(), whenOf(v)),
  }),
  fault({
    name: "pings-only",
    about: "The feed's pings and answers go on, odds do not come. They come when it ends.",
    client:
      "Says that its sportsbooks send nothing, with their age; does not redial for that alone: markets can be quiet.",
    parameters: windows,
    make: (v) => windowed(pingsOnly(), whenOf(v)),
  }),
  fault({
    name: "stall",
    about: "All frames are held back, pings too, and then come in one burst. WebSocket pings are answered.",
    client:
      "Takes its book for stale once no frame came for longer than pings are apart; the burst brings it up to date.",
    parameters: windows,
    make: (v) => windowed(stall(), whenOf(v)),
  }),
  fault({
    name: "slow-drip",
    about: "Bytes trickle: a whole frame takes long, and pings and pongs wait for it.",
    client: "Counts whole frames, not bytes, as signs of life: takes its book for stale, then redials.",
    parameters: { ...windows, rate: size("bytes a second on each connection", "1kB") },
    make: (v) => windowed(slowDrip(given({ bytesPerSecond: v.rate })), whenOf(v)),
  }),
]
