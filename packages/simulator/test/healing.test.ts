import { faults, type Simulator, type SimulatorOptions, startSimulator } from "@boltodds/simulator"
import type { Filters } from "@boltodds/protocol"
import { describe, expect, it } from "vitest"
import { Comeback } from "./Comeback.ts"

/** A world in which a lot is taken down. */
const busy: SimulatorOptions = {
  rate: 0,
  pingMillis: 0,
  messagesPerFrame: 8,
  world: { games: 6, players: 1, weights: { remove: 4000, replace: 500, book_clear: 60, sport_clear: 60 } },
}

const turns = 40

/** Each fault, so that it occurs often within the turns of a run. */
const specs: { readonly [fault: string]: string } = {
  "drop": "drop after=30frames every=60frames",
  "abort": "abort after=30frames every=60frames",
  "mute": "mute after=20frames for=60ms times=2",
  "half-open": "half-open every=80ms for=40ms",
  "pings-only": "pings-only every=60ms for=30ms",
  "stall": "stall every=60ms for=30ms",
  "slow-drip": "slow-drip rate=64KiB every=60ms for=30ms",
  "duplicate": "duplicate share=0.5 lag=5",
  "reorder": "reorder burst=3",
  "late-arrivals": "late-arrivals lag=2",
  "accept-then-close": "accept-then-close times=3",
  "refuse": "refuse status=503 times=3",
  "connection-limit": "connection-limit connections=0 as=text",
  "no-ack": "no-ack",
  "ignore-subscribe": "ignore-subscribe times=1, drop after=50ms",
  "error-then-close": "error-then-close times=2",
  "cut-snapshot": "cut-snapshot times=2",
  "truncate": "truncate share=0.2 within=3frames",
  "omit": "omit share=0.2 mend=resend within=3frames",
  "oversize": "oversize size=300kB share=0.1 times=20",
  "garbage": "garbage share=0.2 replace=yes within=20ms",
  "unreadable": "unreadable every=5ms",
  "skew": "skew by=-1h",
  "book-clear": "book-clear every=10ms books=2",
  "sport-clear": "sport-clear every=10ms books=2",
  "restart": "restart after=20ms",
}

/** Lets the world run under faults, switches them off, and waits until the client has what was said before the end. */
const run = async (simulator: Simulator, client: Comeback, spec: string, fault?: string): Promise<void> => {
  const stop = simulator.inject(spec)
  // On a busy machine a client needs more turns to reach the fault.
  const hasStruck = (): boolean => fault === undefined || (simulator.stats().struck[fault] ?? 0) > 0
  for (let turn = 0; turn < turns || !hasStruck(); turn++) {
    simulator.step(60)
    await new Promise((resolve) => setTimeout(resolve, 3))
  }
  stop()
  await simulator.waitFor((stats) => stats.subscribed === 1)
  simulator.step(100)
  await simulator.drained()
  const before = client.pings
  // A connection that the last fault cut may still count as open: the last connection gets a ping.
  while (client.pings === before) {
    simulator.ping()
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

const started = async (
  options: SimulatorOptions,
  filters: Filters,
  test: (simulator: Simulator, client: Comeback) => Promise<void>,
): Promise<void> => {
  const simulator = await startSimulator(options)
  const client = new Comeback(simulator, filters)
  try {
    await test(simulator, client)
  } finally {
    client.stop()
    await simulator.stop()
  }
}

describe("a good client holds the server's book once the faults are over", () => {
  it.each(faults.map(({ name }) => name))(
    "%s",
    (name) =>
      started(busy, {}, async (simulator, client) => {
        // A fault of dials concerns a client that has to connect again.
        const spec = specs[name]!
        await run(
          simulator,
          client,
          /refuse|accept|limit|ack|subscribe|error|cut/.test(name) ? `${spec}, abort every=20ms` : spec,
          name,
        )
        expect(Object.keys(client.book).length).toBeGreaterThan(100)
        expect(client.book).toEqual(simulator.book())
        expect(simulator.stats().struck[name]).toBeGreaterThan(0)
      }),
  )

  it("all that go together at once, binary and with filters", () => {
    const filters = { sports: ["MLB", "Brazil Serie A", "NBA"] }
    return started({ ...busy, binary: true, frames: "mixed" }, filters, async (simulator, client) => {
      await run(
        simulator,
        client,
        "drop every=70ms, duplicate share=0.3 what=messages lag=4, reorder burst=2, late-arrivals, truncate share=0.1, " +
          "garbage every=3, unreadable every=20ms, skew, book-clear every=30ms, stall every=50ms for=10ms",
      )
      expect(Object.keys(client.book).length).toBeGreaterThan(100)
      expect(client.book).toEqual(simulator.book(filters))
    })
  })

  it("has a spec here for every fault", () => {
    expect(Object.keys(specs)).toEqual(faults.map(({ name }) => name))
  })
})
