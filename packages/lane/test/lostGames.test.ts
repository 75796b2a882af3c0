import { describe, expect, it } from "@effect/vitest"
import { dropNewest, imbalance, type LaneOptions, type Loss, makeLane, mostLostGames } from "@boltodds/lane"
import { type Envelope, type Sink, SinkError } from "@boltodds/sink"
import type { Change, Control } from "@boltodds/protocol"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { addLosses, divideLosses, isOutdated as isOutdatedBy } from "../src/reader/GameLosses.ts"
import { brief, control, game, line } from "./records.ts"

type Answer = ConstructorParameters<typeof SinkError>[0] | undefined

const noticeOf = (loss: Loss): Envelope<Change> => {
  const fields = { session: loss.session, count: loss.count, lost: loss.reason }
  if (loss.game !== undefined) {
    const { sportsbook, game } = loss.game
    return control(loss.lastSeq, "quarantined", { ...fields, touches: "game", sportsbook, game })
  }
  return loss.isInformation === true
    ? control(loss.lastSeq, "quarantined", { ...fields, touches: "nothing" })
    : control(loss.lastSeq, "dropped", fields)
}

const verified = (seq: number, game: string) => control(seq, "game_verified", { sportsbook: "draftkings", game })

const said = (envelopes: ReadonlyArray<Envelope<Change>>): ReadonlyArray<string> =>
  envelopes.map((envelope) => {
    const { value } = envelope
    const [text] = brief([envelope])
    if (!("control" in value)) return value.game === "g" ? text! : `${text} of ${value.game}`
    const { touches, game, count } = value as Extract<Control, { readonly control: "quarantined" }>
    return [text, touches, game, count === undefined ? undefined : `(${count})`].filter(Boolean).join(" ")
  })

/** A lane that sends single games again, before a sink that answers each write as the test says. */
const laneTo = (
  answer: (envelopes: ReadonlyArray<Envelope<Change>>, nth: number) => Answer,
  options: Partial<LaneOptions<Change>> = {},
  sessions = ["main"],
) =>
  Effect.gen(function* () {
    const arrived: Array<string> = []
    let nth = 0
    const sink: Sink<Change> = {
      guarantee: "at-least-once",
      write: ({ envelopes }) =>
        Effect.suspend(() => {
          const failure = answer(envelopes, ++nth)
          arrived.push(...said(failure === undefined ? envelopes : envelopes.slice(0, failure.delivered ?? 0)))
          return failure === undefined ? Effect.void : Effect.fail(new SinkError(failure))
        }),
    }
    const lane = yield* makeLane(sink, {
      name: "l",
      retry: { base: Duration.millis(1) },
      breaker: { failures: Infinity },
      notice: noticeOf,
      resnapshot: () => [control(90, "stream_started")],
      gameResnapshots: {
        sessions: () => sessions.map((session) => ({ session, epoch: 1 })),
        flush: () => [],
        of: (games) => games.flatMap(({ game: name }) => [game(80, "game_opened", false, name), verified(80, name)]),
      },
      ...options,
    })
    return { lane, arrived }
  })

const lost: Answer = { rest: "degrade", cause: "lost" }
const first = (_: unknown, nth: number): Answer => nth === 1 ? lost : undefined
const ofGame = (name: string) => ({ game: name })

describe("what is outdated by a loss in its game", () => {
  const lostOf = (isUnplaced: boolean) => {
    const [loss] = divideLosses("expired", [line(3, "line_moved", "A", 2, 1), line(9, "line_moved", "A", 3, 2)])!.games
    const games = addLosses(new Map(), [loss!], 1, isUnplaced)
    return (envelope: Envelope<Change>) => isOutdatedBy(games, "", envelope)
  }

  it("is each price before the last that was lost, and no closing", () => {
    const isOutdated = lostOf(false)
    const records = [2, 5, 8, 9, 12].map((seq) => line(seq, "line_moved", "B", 2, 1))
    // Records of one snapshot share a number.
    expect(records.map(isOutdated)).toEqual([true, true, true, true, false])
    expect(isOutdated(line(5, "line_closed", "B", null, 1))).toBe(false)
    expect(isOutdated(game(5, "game_closed"))).toBe(false)
    expect(isOutdated(line(5, "line_moved", "B", 2, 1, ofGame("h")))).toBe(false)
    expect(isOutdated({ ...line(12, "line_moved", "B", 2, 1), run: "another" })).toBe(true)
  })

  it("is every price where its session is not known", () =>
    expect(lostOf(true)(line(12, "line_moved", "B", 2, 1))).toBe(true))
})

describe("a lane that lost records of single games", () => {
  it.effect("reports these games ahead of anything else, and sends them again after a second", () =>
    Effect.gen(function* () {
      const { lane, arrived } = yield* laneTo(first, { gameResnapshots: undefined })
      const { lane: scoped, arrived: told } = yield* laneTo(first)
      for (const each of [lane, scoped]) {
        each.push([line(1, "line_moved", "A", 110, 100), line(2, "line_moved", "A", 110, 100, ofGame("h"))])
        yield* TestClock.adjust(0)
        each.push([line(3, "line_moved", "B", 110, 100, ofGame("i")), verified(4, "i")])
        yield* TestClock.adjust(3_000)
      }
      // Without knowledge of games, and with it.
      expect(arrived).toEqual([
        "2 dropped (2)",
        "90 stream_started",
        "3 line_moved B 110 (100) of i",
        "4 game_verified i",
      ])
      expect(told).toEqual([
        "1 quarantined game g (1)",
        "2 quarantined game h (1)",
        "80 game_opened",
        "80 game_verified g",
        "80 game_opened of h",
        "80 game_verified h",
        "3 line_moved B 110 (100) of i",
        "4 game_verified i",
      ])
      expect(yield* scoped.counts).toMatchObject({ dropped: 2, resnapshots: 0, gameResnapshots: 2, pending: 0 })
      expect(yield* scoped.status).toMatchObject({ isLossy: false, losses: { degraded: 2 } })
      expect(imbalance(yield* scoped.counts)).toBe(0)
    }))

  it.effect("withholds what says that they are verified, and passes on what says so of others", () =>
    Effect.gen(function* () {
      const { lane, arrived } = yield* laneTo((envelopes) =>
        brief(envelopes).some((text) => text.includes("line_moved")) ? lost : undefined
      )
      lane.push([line(1, "line_moved", "A", 110, 100)])
      yield* TestClock.adjust(0)
      arrived.length = 0
      // Within a second of the resnapshot.
      lane.push([line(5, "line_moved", "A", 120, 110)])
      yield* TestClock.adjust(0)
      lane.push([verified(6, "g"), verified(7, "h"), control(8, "synced")])
      yield* TestClock.adjust(0)
      expect(arrived).toEqual(["5 quarantined game g (1)", "7 game_verified h", "8 synced"])
      expect(yield* lane.status).toMatchObject({ isLossy: true })
      yield* TestClock.adjust(10_000)
      expect(arrived.slice(3)).toEqual(["80 game_opened", "80 game_verified g"])
      expect(yield* lane.counts).toMatchObject({ replaced: 1, pending: 0 })
      expect(yield* lane.status).toMatchObject({ isLossy: false })
    }))

  it.effect("marks what is older than the loss, and comes after it, as unverified", () =>
    Effect.gen(function* () {
      const { lane, arrived } = yield* laneTo(() => undefined, {
        overflow: dropNewest(),
        bounds: { records: 4, bytes: 1e9 },
        batch: { records: 1, bytes: 1e9 },
      })
      lane.push([
        line(1, "line_moved", "A", 110, 100),
        line(2, "line_moved", "A", 110, 100, ofGame("h")),
        line(3, "line_closed", "C", null, 100),
        line(4, "line_moved", "B", 110, 100),
      ])
      lane.push([line(5, "line_moved", "A", 120, 110)])
      yield* TestClock.adjust(0)
      lane.push([line(6, "line_moved", "B", 130, 110)])
      yield* TestClock.adjust(0)
      expect(arrived.filter((text) => !text.includes("game"))).toEqual([
        "1 line_moved A 110 (100) ?",
        "2 line_moved A 110 (100) of h",
        "3 line_closed C null (100)",
        "4 line_moved B 110 (100) ?",
        "6 line_moved B 130 (110)",
      ])
      expect(arrived[0]).toBe("5 quarantined game g (1)")
    }))

  it.effect("reports the loss in each session, as one group, for the game may belong to any", () =>
    Effect.gen(function* () {
      const groups: Array<boolean> = []
      const { lane, arrived } = yield* laneTo(
        (envelopes, nth) => {
          groups.push(...envelopes.map(({ last }) => last))
          return nth === 1 ? lost : undefined
        },
        {},
        ["main", "other"],
      )
      lane.push([line(1, "line_moved", "A", 110, 100)])
      yield* TestClock.adjust(0)
      expect(arrived.slice(0, 2)).toEqual(["1 quarantined game g (1)", "1 quarantined game g (0)"])
      expect(groups.slice(0, 3)).toEqual([true, false, true])
    }))

  const whole: Record<string, () => ReadonlyArray<Envelope<Change>>> = {
    "a control of the session is among them": () => [line(1, "line_moved", "A", 110, 100), control(2, "fresh")],
    "the beginning of the stream is": () => [control(1, "stream_started")],
    "a quarantined sportsbook is": () => [
      control(1, "quarantined", { touches: "sportsbook", sportsbook: "draftkings", game: null }),
    ],
    "more games are concerned than are reported one by one": () =>
      Array.from({ length: mostLostGames + 1 }, (_, nth) => line(nth + 1, "line_moved", "A", 1, 2, ofGame(`g${nth}`))),
    "a record is of an earlier run, whose sessions are not known": () => [
      { ...line(1, "line_moved", "A", 110, 100), run: "earlier" },
    ],
    "a record does not name its game": () => [line(1, "line_moved", "A", 110, 100, { game: "" })],
  }
  for (const [when, records] of Object.entries(whole)) {
    it.effect(`counts as one that lost everything where ${when}`, () =>
      Effect.gen(function* () {
        const { lane, arrived } = yield* laneTo(first)
        const given = records()
        lane.push(given)
        yield* TestClock.adjust(2_000)
        expect(arrived).toEqual([`${given.at(-1)!.seq} dropped (${given.length})`, "90 stream_started"])
        expect(yield* lane.counts).toMatchObject({ resnapshots: 1, gameResnapshots: 0 })
      }))
  }

  it.effect("counts as one that lost everything once the games of several losses are too many", () =>
    Effect.gen(function* () {
      const { lane, arrived } = yield* laneTo((envelopes) =>
        said(envelopes).some((text) => text.includes("line_moved") || text.includes("game_opened")) ? lost : undefined
      )
      const games = (from: number) =>
        Array.from({ length: 40 }, (_, nth) => line(from + nth, "line_moved", "A", 1, 2, ofGame(`g${from + nth}`)))
      lane.push(games(1))
      yield* TestClock.adjust(0)
      lane.push(games(101))
      yield* TestClock.adjust(10_000)
      expect(arrived.at(-1)).toBe("90 stream_started")
      expect(arrived.filter((text) => text.includes("dropped"))).toHaveLength(1)
      expect(yield* lane.status).toMatchObject({ isLossy: false })
    }))

  it.effect("lacks nothing where only heartbeats are among them: they are counted, and nothing is sent again", () =>
    Effect.gen(function* () {
      const { lane, arrived } = yield* laneTo(first)
      lane.push([control(1, "heartbeat"), control(2, "heartbeat")])
      yield* TestClock.adjust(5_000)
      expect(arrived).toEqual(["2 quarantined nothing (2)"])
      expect(yield* lane.counts).toMatchObject({ resnapshots: 0, gameResnapshots: 0, dropped: 2 })
      expect(yield* lane.status).toMatchObject({ isLossy: false, losses: { degraded: 2 } })
    }))

  it.effect("sends a game once more where something of it was lost after its resnapshot was made", () =>
    Effect.gen(function* () {
      let isDown = true
      let made = 80
      const { lane, arrived } = yield* laneTo((envelopes, nth) => {
        if (nth === 1) return lost
        const isNews = said(envelopes).some((text) => text.endsWith("game_opened"))
        return isNews && isDown ? { rest: "retry", cause: "down" } : undefined
      }, {
        overflow: dropNewest(),
        bounds: { records: 1, bytes: 1e9 },
        retry: { base: Duration.millis(400) },
        gameResnapshots: {
          sessions: () => [{ session: "main", epoch: 1 }],
          flush: () => [],
          of: () => [game(++made, "game_opened")],
        },
      })
      lane.push([line(1, "line_moved", "A", 110, 100)])
      yield* TestClock.adjust(1_000)
      expect(made).toBe(81)
      // One waits, and one is lost.
      lane.push([line(2, "line_moved", "A", 120, 110, ofGame("h"))])
      lane.push([line(3, "line_moved", "A", 120, 110)])
      isDown = false
      yield* TestClock.adjust(60_000)
      // The first is history: it must not arrive after the report of the newer loss.
      expect(arrived.filter((text) => text.endsWith("game_opened"))).toEqual([`${made} game_opened`])
      expect(made).toBeGreaterThan(81)
      expect(arrived.indexOf("3 quarantined game g (1)")).toBeLessThan(arrived.indexOf(`${made} game_opened`))
      expect(yield* lane.status).toMatchObject({ isLossy: false })
      expect(imbalance(yield* lane.counts)).toBe(0)
    }))

  it.effect("makes no resnapshot before what is held back in front of it was pushed, whenever the loss is found", () =>
    Effect.gen(function* () {
      const calls: Array<string> = []
      const sink: Sink<Change> = { guarantee: "at-least-once", write: () => Effect.sleep(Duration.seconds(3)) }
      const lane = yield* makeLane(sink, {
        name: "l",
        maxAge: Duration.seconds(1),
        notice: noticeOf,
        resnapshot: () => [],
        gameResnapshots: {
          sessions: () => [{ session: "main", epoch: 1 }],
          flush: () => (calls.push("flush"), []),
          of: () => (calls.push("of"), [game(80, "game_opened")]),
        },
      })
      lane.push([line(1, "line_moved", "A", 110, 100)])
      yield* TestClock.adjust(0)
      // Too old when the first is delivered: that is found when it is taken.
      lane.push([line(2, "line_moved", "A", 120, 110)])
      for (let waited = 0; waited < 20; waited++) yield* TestClock.adjust(1_000)
      expect(calls).toEqual(["flush", "of"])
      expect(yield* lane.counts).toMatchObject({ expired: 1, gameResnapshots: 1 })
    }))

  it.effect("sends everything again where a receiver will never take the record that begins a game anew", () =>
    Effect.gen(function* () {
      const { lane, arrived } = yield* laneTo((envelopes, nth) => {
        if (nth === 1) return lost
        const at = said(envelopes).indexOf("80 game_opened")
        return at === -1 ? undefined : { rest: "retry", delivered: at, tooLarge: 1, cause: "too large" }
      })
      lane.push([line(1, "line_moved", "A", 110, 100)])
      yield* TestClock.adjust(10_000)
      expect(arrived).toEqual(["1 quarantined game g (1)", "1 dropped (1)", "90 stream_started"])
      expect(imbalance(yield* lane.counts)).toBe(0)
    }))
})
