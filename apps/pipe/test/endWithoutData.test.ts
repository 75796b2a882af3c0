import type { Status } from "@boltodds/connection"
import type { Report } from "@boltodds/pipeline"
import { type FeedEvent, makeFrame } from "@boltodds/protocol"
import * as Duration from "effect/Duration"
import { describe, expect, it } from "vitest"
import type { CommandLog } from "../src/log/Log.ts"
import { endWithoutData, Reception } from "../src/streaming/Reception.ts"
import { reportText } from "../src/streaming/runTexts.ts"

const head = { session: "feed", epoch: 1, at: 0 }
const connected: FeedEvent = { _tag: "Connected", ...head, plan: "Pro" }
const frame = (value: unknown): FeedEvent => makeFrame("feed", 1, 0, JSON.stringify(value))
const backingOff = (why: string): Status => ({ _tag: "BackingOff", until: 0, why, attempt: 1 })
const data = { action: "book_clear", data: { sportsbook: "betmgm" } }

const report = (more: Partial<Report> = {}): Report => ({
  run: "r",
  reason: "time is up",
  duration: Duration.seconds(12),
  events: 0,
  frames: 0,
  changes: 0,
  controls: 0,
  lastEventAt: null,
  connectionsLost: 0,
  blindWindows: 0,
  windows: [],
  unverifiedGames: 0,
  notices: [],
  noData: { sports: [], sportsbooks: [], games: [], markets: [] },
  unread: { quarantined: 0, rejected: 0, unknown: 0, ignored: 0, lateArrivals: 0, limited: 0, limits: [], actions: [] },
  routes: [],
  ...more,
})

/** What a run with these statuses and events says at its end, and shows in its report. */
const end = (
  statuses: ReadonlyArray<Status>,
  events: ReadonlyArray<FeedEvent>,
  more: Partial<Report> = {},
): { readonly said: ReadonlyArray<string>; readonly text: string } => {
  const reception = new Reception()
  statuses.forEach(reception.onStatus)
  events.forEach(reception.onEvent)
  const said: Array<string> = []
  const log = {
    log: (level: string, message: string) => void said.push(`${level} ${message}`),
  } as unknown as CommandLog
  try {
    endWithoutData(report(more), reception.received, log)
  } catch (failure) {
    said.push(`exit ${(failure as { exitCode: number }).exitCode}: ${(failure as Error).message}`)
  }
  return { said, text: reportText(report(more), reception.received) }
}

describe("the report", () => {
  it("names the bounds that were reached with the first that was beyond them, and the size of the book", () => {
    const unread = {
      ...report({}).unread,
      limited: 1_003,
      limits: [
        { name: "games", bound: 2_000, count: 1_002, first: { sportsbook: "betmgm", game: "A vs B" } },
        { name: "characters", bound: 1_000, count: 1, first: { sportsbook: null, game: null } },
      ],
    }
    const { text } = end([], [], { unread, book: { bytes: 3 * 1024 ** 2, bound: 1024 ** 3 } })
    expect(text).toContain(
      "  not read   1,003 messages or outcomes beyond a bound; games over 2,000: 1,002, first betmgm A vs B; " +
        "characters over 1,000: 1\n",
    )
    expect(text).toContain("  book       3 MiB of at most 1,024 MiB\n")
  })
})

describe("the end of a run that saw no data", () => {
  it("is 69 with the reason where there never was a connection, however it ended", () => {
    for (const reason of ["time is up", "signal SIGTERM", "source ended"]) {
      const { said, text } = end([backingOff("Cannot reach it"), backingOff("the limit of dials per minute")], [], {
        reason,
      })
      expect(said).toEqual([
        "exit 69: Never connected to the feed in 12.0 s: Cannot reach it; waiting for the limit of dials per minute",
      ])
      expect(text).toContain(
        "  feed       never connected: Cannot reach it; waiting for the limit of dials per minute\n",
      )
    }
    expect(end([{ _tag: "Dialing", attempt: 1 }], []).said).toEqual([
      "exit 69: Never connected to the feed in 12.0 s: no dial was answered",
    ])
  })

  it("is a warning where there was one, with what came and what the feed said", () => {
    const { said, text } = end([{ _tag: "Idle" }], [connected, frame({ action: "ping" }), frame({ error: "no" })], {
      notices: [{ action: "error", level: "error", message: "no", count: 2 }],
    })
    expect(said).toEqual([
      "warn no data came in 12.0 s: only 2 frames of acknowledgements, pings and notices came; the feed said: no",
    ])
    expect(text).toContain("  feed       connected, but no data came: only 2 frames")
    expect(text).toContain("  feed says  no (2 times)\n")
  })

  it("is silent where data came, the reader left, or the source is no feed", () => {
    expect(end([{ _tag: "Idle" }], [connected, frame(data)]).said).toEqual([])
    expect(end([{ _tag: "Idle" }], [connected, frame([{ timestamp: "x", ...data }])]).said).toEqual([])
    expect(end([{ _tag: "Idle" }], [], { reason: "reader gone" }).said).toEqual([])
    expect(end([], []).said).toEqual([])
  })

  it("names in the report what brought nothing", () => {
    const noData = { sports: ["MLB"], sportsbooks: [], games: [], markets: ["Spread"] }
    expect(end([{ _tag: "Idle" }], [connected, frame(data)], { noData }).text)
      .toContain("  no data    sports MLB; markets Spread\n")
  })
})
