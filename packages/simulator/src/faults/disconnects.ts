/** Connections that end. */
import type { Behavior } from "./Behavior.ts"
import { type Fault, fault } from "./Fault.ts"
import { scheduled } from "./scheduled.ts"
import { closeCode, words } from "./Parameter.ts"
import { given, moments, whenOf } from "./schedules.ts"

/**
 * Closes the connections that are open when it is switched on, cleanly: with a close frame.
 *
 * See `scheduled` for doing so again and again.
 */
export const drop = (options: {
  /** @default 1000 */
  readonly code?: number
  readonly reason?: string
} = {}): Behavior => ({
  name: "drop",
  needsConnection: true,
  start: (wires, host) => {
    if (wires.length > 0) host.struck()
    for (const wire of wires) wire.close(options.code ?? 1000, options.reason)
  },
})

/** Resets the connections that are open when it is switched on (TCP RST): what is in flight is lost. */
export const abort = (): Behavior => ({
  name: "abort",
  needsConnection: true,
  start: (wires, host) => {
    if (wires.length > 0) host.struck()
    for (const wire of wires) wire.reset()
  },
})

/** The faults of this file. */
export const disconnects: ReadonlyArray<Fault> = [
  fault({
    name: "drop",
    about: "Closes the open connections cleanly, with a close frame.",
    client: "Invalidates its book, backs off, connects again, and compares with the new snapshot.",
    momentary: true,
    parameters: { ...moments, code: closeCode("the close code", "1000"), reason: words("the close reason", "none") },
    make: (v) => scheduled(drop(given({ code: v.code, reason: v.reason })), whenOf(v)),
  }),
  fault({
    name: "abort",
    about: "Resets the open connections (TCP RST): what is in flight is lost.",
    client: "The same as after a clean close, with the same back-off.",
    momentary: true,
    parameters: moments,
    make: (v) => scheduled(abort(), whenOf(v)),
  }),
]
