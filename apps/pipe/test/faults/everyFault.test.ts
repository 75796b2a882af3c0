/** Every fault of the simulator, over real sockets: the book heals exactly, and only differences are emitted. */
import { faults, type Simulator, startSimulator } from "@boltodds/simulator"
import { describe, expect, it } from "vitest"
import { Chain, speed } from "./Chain.ts"

/** How a fault is met. */
interface Case {
  /** What is injected, in the simulator's words, by the wall's clock. */
  readonly spec: string
  /** It is met on the way in: a cut comes first, so that there is one. */
  readonly atTheDoor?: boolean
  /** How frames are made up, where it matters. */
  readonly frames?: "objects" | "mixed"
  /** Somebody else has a connection while it lasts. */
  readonly occupied?: boolean
  /** What must have happened before the fault is switched off. */
  readonly seen: (chain: Chain, simulator: Simulator) => boolean
  /** The server ends the connection, so that everything that no client could know is sent again. */
  readonly cutAfter?: boolean
}

const struck = (fault: string, times: number) => (_: Chain, simulator: Simulator): boolean =>
  (simulator.stats().struck[fault] ?? 0) >= times
const lost = (times: number) => (chain: Chain): boolean => chain.count("gap_opened") >= times
const hasBeen = (status: string, times: number) => (chain: Chain): boolean =>
  chain.statuses.filter((one) => one === status).length >= times
const stale = (chain: Chain): boolean => chain.count("stale") > 0

const cases: Readonly<Record<string, Case>> = {
  "drop": { spec: "drop every=2s", seen: lost(2) },
  "abort": { spec: "abort every=2s", seen: lost(2) },
  "mute": { spec: "mute", seen: lost(1) },
  "half-open": { spec: "half-open", seen: lost(1) },
  "pings-only": { spec: "pings-only for=2s", seen: struck("pings-only", 1) },
  "stall": { spec: "stall for=2500ms", seen: stale },
  "slow-drip": { spec: "slow-drip rate=2kB", seen: stale },
  "duplicate": { spec: "duplicate share=0.3", seen: struck("duplicate", 10) },
  "reorder": { spec: "reorder burst=5", seen: struck("reorder", 3) },
  "late-arrivals": {
    spec: "late-arrivals, book-clear every=400ms, sport-clear every=300ms",
    seen: struck("late-arrivals", 4),
  },
  "accept-then-close": { spec: "accept-then-close ack=yes", atTheDoor: true, seen: lost(3) },
  "refuse": { spec: "refuse status=503 retry-after=1s", atTheDoor: true, seen: hasBeen("BackingOff", 2) },
  "connection-limit": {
    spec: "connection-limit connections=1",
    atTheDoor: true,
    occupied: true,
    seen: struck("connection-limit", 1),
  },
  "no-ack": { spec: "no-ack", atTheDoor: true, seen: hasBeen("AwaitingAck", 2) },
  "ignore-subscribe": { spec: "ignore-subscribe", atTheDoor: true, seen: hasBeen("Syncing", 2), cutAfter: true },
  "error-then-close": { spec: "error-then-close text=overloaded", atTheDoor: true, seen: lost(3) },
  "cut-snapshot": {
    spec: "cut-snapshot frames=9 times=2",
    atTheDoor: true,
    frames: "objects",
    seen: struck("cut-snapshot", 2),
  },
  // A frame that breaks off before any name: only another connection shows what it was about.
  "truncate": { spec: "truncate share=0.1 within=200ms", seen: struck("truncate", 4), cutAfter: true },
  // Nothing says that it is missing: only another connection does.
  "omit": { spec: "omit share=0.1", seen: struck("omit", 4), cutAfter: true },
  "oversize": { spec: "oversize every=5 size=4MiB times=3", seen: struck("oversize", 3) },
  "garbage": { spec: "garbage share=0.3", seen: struck("garbage", 20) },
  "unreadable": { spec: "unreadable every=200ms", seen: struck("unreadable", 3) },
  "skew": { spec: "skew by=-90s", seen: struck("skew", 1) },
  "book-clear": { spec: "book-clear every=300ms times=3", seen: struck("book-clear", 3) },
  "sport-clear": { spec: "sport-clear every=300ms times=3", seen: struck("sport-clear", 3) },
  "restart": { spec: "restart after=100ms seed=7 down=500ms", seen: lost(1) },
}

const meet = async (
  name: string,
  { spec, atTheDoor, occupied, seen, cutAfter, frames = "mixed" }: Case,
): Promise<void> => {
  const simulator = await startSimulator({
    rate: 100,
    frames,
    // As often on the session's clock as the real server's.
    pingMillis: 15_000 / speed,
    world: { games: 8, players: 1, sportsbooks: ["betmgm", "draftkings", "fanduel"], seed: 3 },
  })
  const chain = new Chain(simulator)
  try {
    await chain.until("the first snapshot", () => chain.count("synced") === 1)
    const other = occupied === true ? await occupy(simulator) : undefined
    const calm = simulator.inject(spec)
    if (atTheDoor === true) simulator.disconnect("abort", { connection: 1 })
    await Promise.race([
      chain.until("the fault", () => seen(chain, simulator)),
      simulator.waitFor(() => seen(chain, simulator)),
    ])
    calm()
    other?.close()
    if (cutAfter === true) simulator.disconnect("abort")
    // Until all is whole again; then the world holds still, so that both can be compared.
    await chain.until(
      "that every game is verified",
      () => chain.statuses.at(-1) === "Live" && [...chain.book.games.values()].every(({ verified }) => verified),
    )
    simulator.pause()
    await simulator.drained()
    const truth = JSON.stringify(sorted(simulator.book()))
    await chain.until("the server's book", () => JSON.stringify(sorted(chain.shownInSilence)) === truth)
    expect(chain.idle, "line changes without a difference").toEqual([])
  } catch (cause) {
    throw new Error(`${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  } finally {
    const report = await chain.stop()
    expect(report.routes[0]!.counts.pending).toBe(0)
    await simulator.stop()
  }
}

/** A connection of another client. */
const occupy = async (simulator: Simulator): Promise<WebSocket> => {
  const socket = new WebSocket(`${simulator.url}?key=${simulator.key}`)
  await simulator.waitFor(({ open }) => open === 2)
  return socket
}

const sorted = (prices: Record<string, string>): ReadonlyArray<readonly [string, string]> =>
  Object.entries(prices).sort(([a], [b]) => a < b ? -1 : 1)

describe("the simulator's faults", () => {
  it("are all met here", () => {
    expect(Object.keys(cases).sort()).toEqual(faults.map(({ name }) => name).sort())
  })
})

describe.concurrent("the book is exact after", () => {
  for (const [name, met] of Object.entries(cases)) it(name, () => meet(name, met))
})
