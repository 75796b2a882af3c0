/** A price that cannot be read, among good ones. */
import type { Behavior } from "./Behavior.ts"

/** Odds that are none: of another notation, of another type, or out of range. */
export const unreadableOdds: ReadonlyArray<unknown> = ["1.91", "N/A", 0, "-99", [], {}, true, "EVEN?"]

/**
 * Sends a line update in which one outcome among others has odds that cannot be read. The server's book has no price for
 * it from then on, until it is sent again; no client may show one. The odds of the others stand.
 */
export const unreadable = (options: {
  /** @default one of {@link unreadableOdds} */
  readonly odds?: unknown
} = {}): Behavior => ({
  name: "unreadable",
  needsWorld: true,
  start: (_, host) => {
    const odds = options.odds === undefined ? host.random().pick(unreadableOdds) : options.odds
    if (host.spoil(odds) !== undefined) host.struck()
  },
})
