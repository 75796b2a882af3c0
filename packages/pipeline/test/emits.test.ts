import { emptyBook, fold, makeFrame } from "@boltodds/protocol"
import { changes, type Emit, messages, quotes, raw, route, run } from "@boltodds/pipeline"
import type { FeedEvent } from "@boltodds/protocol"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { collector, connected, disconnected, frame, game, message, outcome, sourceOf, start, tick } from "./fixtures.ts"

const state = { run: "01K0000000000000000000000A" }

/** What an emit sends of these turns, line by line. */
const told = (emit: Emit<unknown>, turns: ReadonlyArray<ReadonlyArray<FeedEvent>>) =>
  Effect.gen(function* () {
    const sink = collector()
    yield* run(sourceOf(turns).source, [route({ name: "r", emit, sink: sink.sink })], { state })
    return { lines: sink.lines, values: sink.values(), envelopes: sink.batches.flatMap((batch) => batch.envelopes) }
  })

const key = "Boston Red Sox Moneyline"
const initial = message("initial_state", { [key]: outcome("-110") })
const update = message("line_update", { [key]: outcome("+105", { outcome_target: "Boston Red Sox" }) })
const opening = [...connected(), frame(initial, start + 10)]

const frameOf = (session: string) => ({ event: makeFrame(session, 1, start, JSON.stringify(initial)), records: [] })

describe("more sessions than the book may hold", () => {
  it.each([["messages", messages], ["quotes", quotes]] as const)("are left out of %s too", (_, emit) => {
    const emission = emit({ control: false }).open({ state: { ...state, limits: { sessions: 2 } } })
    const envelopes = emission.of(["s0", "s1", "s2", "s3"].map(frameOf))
    expect([...new Set(envelopes.map(({ session }) => session))]).toEqual(["s0", "s1"])
    expect(emit({ control: false }).open({ state }).of([frameOf("s".repeat(1_001))])).toEqual([])
  })
})

describe("messages", () => {
  it.effect("sends each message byte for byte, and leaves out what only keeps the connection", () =>
    Effect.gen(function* () {
      const odd = '{"action":"line_update" , "timestamp":"2026-07-16T18:00:01.000001+00:00","x":1.0,"data":' +
        JSON.stringify(update["data"]) + "}"
      const { lines } = yield* told(messages({ control: false }), [[
        ...connected(),
        frame({ action: "socket_connected", plan: "Pro" }),
        frame({ action: "subscription_updated", filters: {} }),
        frame([initial, update]),
        frame({ action: "ping" }),
        frame("ping"),
        frame({ action: "brand_new", price: 1 }),
        frame(odd),
        frame('{"error":"limit reached"}'),
      ]])
      expect(lines).toEqual([
        JSON.stringify(initial),
        JSON.stringify(update),
        '{"action":"brand_new","price":1}',
        odd,
        '{"error":"limit reached"}',
      ])
    }))

  it.effect("puts a message that is written over several lines on one", () =>
    Effect.gen(function* () {
      const pretty = JSON.stringify(initial, null, 2)
      const { lines } = yield* told(messages({ control: false }), [[
        ...connected(),
        frame(pretty.replaceAll("\n", "\r\n")),
      ]])
      expect(lines.length).toBe(1)
      expect(lines[0]).not.toMatch(/[\r\n]/)
      expect(JSON.parse(lines[0]!)).toEqual(initial)
    }))

  it.effect("sends controls in the envelope of the wire, and what was not readable as one of them", () =>
    Effect.gen(function* () {
      const { values } = yield* told(messages(), [[...opening, frame('{"action":"line_update","data":7}', start + 20)]])
      expect(values.map((value) => value.action)).toEqual([
        "pipe_stream_started",
        "initial_state",
        "pipe_quarantined",
        "pipe_stream_stopped",
      ])
      expect(values[0]).toEqual({
        timestamp: new Date(start).toISOString(),
        action: "pipe_stream_started",
        data: {
          run: state.run,
          seq: 1,
          part: 0,
          session: "main",
          epoch: 1,
          sent_at: null,
          frame: null,
          schema_version: 1,
          filters: {},
        },
      })
      expect(values[2].data).toMatchObject({ reason: "line_update: data is not an object", touches: "session" })
      expect(values[3]).toMatchObject({
        timestamp: new Date(start + 20).toISOString(),
        data: { reason: "source ended" },
      })
    }))

  it.effect("opens a gap before the messages of the new connection, and says which games are gone after it", () =>
    Effect.gen(function* () {
      const other = message("initial_state", {}, { game: "other", info: { id: 8 } })
      const { values } = yield* told(messages(), [
        [...opening, frame(other, start + 20), disconnected(start + 30)],
        [...connected(2, start + 40), frame(initial, start + 50, 2), tick(start + 30_000, 2)],
      ])
      const actions = values.map((value) => value.action)
      expect(actions.slice(0, 6)).toEqual([
        "pipe_stream_started",
        "initial_state",
        "initial_state",
        "pipe_gap_opened",
        "initial_state",
        "pipe_game_verified",
      ])
      expect(values.find((value) => value.action === "pipe_game_gone")).toEqual({
        timestamp: new Date(start + 10_050).toISOString(),
        action: "pipe_game_gone",
        data: { sportsbook: "draftkings", game: "other", sport: "MLB", cause: "absent" },
      })
      expect(actions).toContain("pipe_gap_closed")
    }))

  it.effect("ignores a connection that has ended, or that a newer one replaced", () =>
    Effect.gen(function* () {
      const { lines } = yield* told(messages({ control: false }), [
        [...opening, disconnected(start + 20), frame(update, start + 25)],
        [...connected(2, start + 30), frame(update, start + 40, 1), frame(initial, start + 50, 2)],
      ])
      expect(lines).toEqual([JSON.stringify(initial), JSON.stringify(initial)])
    }))

  it.effect("marks the last line of each frame, with and without controls", () =>
    Effect.gen(function* () {
      const events = [
        ...connected(),
        frame([initial, update, { action: "ping" }]),
        frame({ action: "ping" }),
        frame([update, 7]),
      ]
      const withControls = yield* told(messages(), [events])
      expect(withControls.envelopes.map((envelope) => [envelope._tag, envelope.last])).toEqual([
        ["Control", true],
        ["Record", false],
        ["Record", true],
        ["Record", false],
        ["Control", true],
        ["Control", true],
      ])
      const without = yield* told(messages({ control: false }), [events])
      expect(without.envelopes.map((envelope) => envelope.last)).toEqual([false, true, true])
      expect(without.envelopes.map((envelope) => envelope.seq)).toEqual([1, 2, 3])
    }))
})

describe("changes", () => {
  it.effect("sends what folds into the book, with the records' own numbers", () =>
    Effect.gen(function* () {
      const { values, envelopes } = yield* told(changes(), [[...opening, frame(update, start + 20)]])
      const kinds = values.map((value) => value.change ?? value.control)
      expect(kinds).toEqual(["stream_started", "game_opened", "line_opened", "line_moved", "stream_stopped"])
      expect(envelopes.map((envelope) => [envelope.seq, envelope.at, envelope.last])).toEqual([
        [1, start, true],
        [2, start + 10, false],
        [3, start + 10, true],
        [4, start + 20, true],
        [5, start + 20, true],
      ])
      expect(values[3]).toMatchObject({ odds: 105, previous_odds: -110, last: true })
      const book = fold(emptyBook, values.slice(0, -1))
      expect([...book.games.values()].map((known) => [...known.lines.values()].map((line) => line.odds))).toEqual([[
        105,
      ]])
    }))

  it.effect("sets the last of a frame anew where its controls are left out", () =>
    Effect.gen(function* () {
      const broken = message("line_update", { [key]: outcome("+120"), B: outcome("junk") })
      const { values } = yield* told(changes({ control: false }), [[...opening, frame([broken, 7], start + 20)]])
      expect(values.map((value) => [value.change, value.last ?? false])).toEqual([
        ["game_opened", false],
        ["line_opened", true],
        ["line_moved", false],
        ["line_opened", true],
      ])
    }))
})

describe("quotes", () => {
  it.effect("sends one row per outcome, and first that a full message replaces the game", () =>
    Effect.gen(function* () {
      const full = message("initial_state", {
        [key]: outcome("-110", { link: "https://example.com/bet" }),
        "Boston Red Sox +1.5 Spread": outcome(null, { outcome_name: "Spread" }),
        "O 8.5": outcome("1.91", {
          outcome_name: "Total",
          outcome_line: "8,5",
          outcome_over_under: "O",
          outcome_target: null,
        }),
        broken: 7,
      })
      const { values } = yield* told(quotes({ control: false }), [[...connected(), frame(full, start + 10)]])
      const head = {
        sent_at: "2026-07-16T18:00:00.123456+00:00",
        at: new Date(start + 10).toISOString(),
        action: "initial_state",
        sport: "MLB",
        sportsbook: "draftkings",
        game,
        universal_game_id: "1e1f1b8dc2ec",
        home_team: "Boston Red Sox",
        away_team: "New York Yankees",
        starts_at: "2026-07-16T23:10:00.000Z",
      }
      const none = {
        outcome: null,
        market: null,
        target: null,
        target_kind: null,
        side: null,
        side_raw: null,
        line: null,
        line_raw: null,
        line_split: null,
        line_derived: false,
        odds: null,
        odds_raw: null,
        link: null,
      }
      const home = { target: "Boston Red Sox", target_kind: "home" }
      expect(values).toEqual([
        { ...head, ...none },
        {
          ...head,
          ...none,
          ...home,
          outcome: key,
          market: "Moneyline",
          odds: -110,
          odds_raw: "-110",
          link: "https://example.com/bet",
        },
        {
          ...head,
          ...none,
          ...home,
          outcome: "Boston Red Sox +1.5 Spread",
          market: "Spread",
          line: 1.5,
          line_derived: true,
        },
        {
          ...head,
          ...none,
          outcome: "O 8.5",
          market: "Total",
          side: "over",
          side_raw: "O",
          line: 8.5,
          line_raw: "8,5",
          odds_raw: "1.91",
        },
        { ...head, ...none, outcome: "broken" },
      ])
    }))

  it.effect("reads the same line as the changes, where the key must give it and where it must not", () =>
    Effect.gen(function* () {
      const total = { outcome_name: "Total", outcome_over_under: "O", outcome_target: null }
      const full = message("initial_state", {
        "Boston Red Sox O 8.5": outcome("-110", { ...total, outcome_line: null }),
        "O 9.5": outcome("-110", { ...total, outcome_line: "" }),
        "O 7.5": outcome("-110", { ...total, outcome_line: "seven" }),
      })
      const events = [[...connected(), frame(full, start + 10)]]
      const { values: rows } = yield* told(quotes({ control: false }), events)
      const { values: records } = yield* told(changes({ control: false }), events)
      const linesOf = (told: typeof rows) =>
        told.flatMap((one) => typeof one.outcome === "string" ? [[one.outcome, one.line, one.line_derived]] : [])
      expect(linesOf(rows)).toEqual([
        ["Boston Red Sox O 8.5", 8.5, true],
        ["O 9.5", 9.5, true],
        ["O 7.5", null, false],
      ])
      expect(linesOf(rows)).toEqual(linesOf(records))
    }))

  it.effect("says what to forget: a game, a sport, a book, and a game that is absent after a gap", () =>
    Effect.gen(function* () {
      const clear = (action: string, data: Record<string, unknown>) => ({ timestamp: null, action, data })
      const { values } = yield* told(quotes({ control: false }), [[
        ...opening,
        frame(message("game_removed", {}), start + 20),
        frame(clear("sport_clear", { sportsbook: "draftkings", sport: "MLB", game: {}, outcomes: {} }), start + 30),
        frame(clear("book_clear", { sportsbook: "draftkings", sport: {}, game: {}, outcomes: {} }), start + 40),
        frame(initial, start + 50),
        disconnected(start + 60),
        ...connected(2, start + 70),
        frame(message("initial_state", {}, { game: "other" }), start + 80, 2),
        tick(start + 20_000, 2),
      ]])
      const forgotten = values.filter((value) => value.outcome === null)
      expect(forgotten.map((row) => [row.action, row.sportsbook, row.sport, row.game])).toEqual([
        ["initial_state", "draftkings", "MLB", game],
        ["game_removed", "draftkings", "MLB", game],
        ["sport_clear", "draftkings", "MLB", null],
        ["book_clear", "draftkings", null, null],
        ["initial_state", "draftkings", "MLB", game],
        ["initial_state", "draftkings", "MLB", "other"],
        ["game_gone", "draftkings", "MLB", game],
      ])
    }))

  const Step = Schema.Struct({
    action: Schema.Literals([
      "initial_state",
      "game_update",
      "line_update",
      "line_update",
      "game_removed",
      "book_clear",
      "sport_clear",
    ]),
    book: Schema.Literals(["a", "b"]),
    game: Schema.Literals(["g", "h"]),
    outcomes: Schema.Record(Schema.Literals(["x", "y", "z"]), Schema.Literals(["-110", "+250", "", "junk"])),
  })
  it.effect.prop(
    "folds by its own rule into the same prices as the changes",
    [Schema.Array(Step)],
    ([steps]) =>
      Effect.gen(function* () {
        const events = [
          ...connected(),
          ...steps.map(({ action, book, game, outcomes }, index) =>
            frame(
              message(
                action,
                Object.fromEntries(Object.entries(outcomes).map(([name, odds]) => [name, outcome(odds)])),
                {
                  sportsbook: book,
                  game,
                },
              ),
              start + index,
            )
          ),
        ]
        const { values: rows } = yield* told(quotes({ control: false }), [events])
        const { values: records } = yield* told(changes(), [events])
        const prices = new Map<string, number | null>()
        for (const row of rows) {
          if (row.outcome !== null) prices.set([row.sportsbook, row.game, row.outcome].join(), row.odds)
          else {
            const scope = row.game === null ? `${row.sportsbook},` : `${row.sportsbook},${row.game},`
            for (const known of prices.keys()) if (known.startsWith(scope)) prices.delete(known)
          }
        }
        const book = new Map<string, number | null>()
        for (const known of fold(emptyBook, records.slice(0, -1)).games.values()) {
          for (const line of known.lines.values()) {
            book.set([known.sportsbook, known.game, line.outcome].join(), line.odds)
          }
        }
        expect(new Map([...prices].toSorted())).toEqual(new Map([...book].toSorted()))
      }),
  )
})

describe("raw", () => {
  it.effect("sends the whole event log after a header, without running a reducer", () =>
    Effect.gen(function* () {
      const { values } = yield* told(raw(), [opening, [tick(start + 20)]])
      expect(values[0]).toEqual({ boltodds_recording: 1, run: state.run, options: {} })
      expect(values.slice(1).map((value) => value.event)).toEqual(["Connected", "Subscribed", "Frame", "Tick"])
      expect(values[3].text).toBe(JSON.stringify(initial))
    }))
})
