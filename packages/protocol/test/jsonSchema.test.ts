import { Ajv2020 } from "ajv/dist/2020.js"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import { Change, Control, type StreamRecord } from "../src/index.ts"
import { jsonSchema } from "../src/JsonSchema.ts"
import { gameChange, lineChange } from "@boltodds/testing/changes"
import { everyMessage, message, outcome } from "./messages.ts"

const validator = (name: "messages" | "changes") => new Ajv2020({ allErrors: true }).compile(jsonSchema(name))

const stamp = { run: "r", seq: 1, session: "main", epoch: 1, at: "2026-07-16T04:54:37.438Z", sent_at: null, frame: 3 }
const scope = { sportsbook: "fanduel", game: "A vs B" }

/** One of every kind. */
const records: ReadonlyArray<StreamRecord> = [
  ...(["line_opened", "line_moved", "line_suspended", "line_resumed", "line_amended", "line_closed"] as const).map((
    change,
  ) => lineChange({ change })),
  lineChange({
    odds: null,
    line: null,
    target_kind: null,
    side: "over",
    last: true,
    delayed: true,
    late: true,
    merged: 3,
  }),
  ...(["game_opened", "game_amended", "game_closed"] as const).map((change) => gameChange({ change })),
  gameChange({ change: "game_opened", reset: true, unverified: true, starts_at: null }),
  { control: "stream_started", ...stamp, schema_version: 1, filters: { sports: ["MLB"] } },
  { control: "stream_stopped", ...stamp, reason: "signal" },
  {
    control: "gap_opened",
    ...stamp,
    reason: "closed",
    code: 1006,
    detail: null,
    sportsbooks: ["betmgm"],
    games: 1,
    lines: 2,
  },
  { control: "game_verified", ...stamp, ...scope, sport: "MLB", lines: 5, changed: 0 },
  {
    control: "gap_closed",
    ...stamp,
    duration_ms: 812.5,
    games: 3,
    changed: 2,
    absent: 0,
    unverified: 0,
    sportsbooks_missing: ["caesars"],
    complete: true,
  },
  { control: "synced", ...stamp, games: 3, lines: 90 },
  { control: "stale", ...stamp, reason: "silent", sportsbook: null, age_ms: 25_000 },
  { control: "fresh", ...stamp, sportsbook: "fanduel" },
  {
    control: "heartbeat",
    ...stamp,
    frame_age_ms: null,
    games: 1,
    games_verified: 1,
    lines: 2,
    paused_ms: 0,
    lag_ms: 12.5,
  },
  { control: "dropped", ...stamp, lane: "stdout", reason: "overflow", count: 2, first_seq: 5, last_seq: 9 },
  { control: "quarantined", ...stamp, ...scope, reason: "not JSON", touches: "game", outcome: null, text: "{" },
  {
    control: "game_rekeyed",
    ...stamp,
    ...scope,
    previous_game: "A vs B, 2026-07-16, 01",
    universal_game_id: "1e1f1b8dc2ec",
    book_game_id: null,
  },
  { control: "resync_wanted", ...stamp, ...scope, reason: 'unknown action "odds_update"', unverified_ms: 60_000 },
  { control: "clock_jumped", ...stamp, jump_ms: 7_000 },
  { control: "feed_notice", ...stamp, action: "warning", level: "warning", message: "Trial ends in 24 hours" },
  { control: "no_data", ...stamp, sports: ["MLB"], sportsbooks: [], games: [], markets: [] },
]

describe("the JSON Schema of changes", () => {
  const valid = validator("changes")

  for (const record of records) {
    it(`takes ${"control" in record ? record.control : record.change}, with fields it does not know`, () => {
      for (const written of [record, { ...record, later: { deep: 1 } }]) {
        expect(valid(JSON.parse(JSON.stringify(written))), JSON.stringify(valid.errors)).toBe(true)
      }
      expect(Schema.is(Schema.Union([Change, Control]))(record)).toBe(true)
    })
    it(`refuses ${"control" in record ? record.control : record.change} without its stamp, or with a text for its seq`, () => {
      expect(valid({ ...record, seq: undefined })).toBe(false)
      expect(valid({ ...record, seq: "1" })).toBe(false)
    })
  }

  it("covers every kind there is", () => {
    const kinds = new Set(records.map((record) => "control" in record ? record.control : record.change))
    expect([...JSON.stringify(jsonSchema("changes")).matchAll(/"enum":\["((?:line|game)_[a-z_"," ]+)\]/g)].length)
      .toBeGreaterThan(1)
    expect(kinds.size).toBe(9 + 16)
  })

  it("takes kinds it does not know, and refuses what is no record", () => {
    expect(valid({ control: "new_control" })).toBe(true)
    expect(valid({ change: "line_settled", odds: 5 })).toBe(true)
    for (const other of [{}, [], null, "x", { change: 5 }, { change: "line_moved" }, { control: "synced" }]) {
      expect(valid(other)).toBe(false)
    }
    expect(valid({ ...lineChange(), odds: "-110" })).toBe(false)
    expect(valid({ ...lineChange(), side: "O" })).toBe(false)
  })
})

describe("the JSON Schema of messages", () => {
  const valid = validator("messages")

  for (const sent of everyMessage) {
    it(`takes ${sent["action"]}, with fields it does not know`, () => {
      for (const written of [sent, { ...sent, later: [1] }]) {
        expect(valid(written), JSON.stringify(valid.errors)).toBe(true)
      }
    })
  }

  it("takes unknown actions and errors without one", () => {
    expect(valid({ action: "bet_settled", data: 5 })).toBe(true)
    expect(valid({ error: "too many concurrent connections" })).toBe(true)
    expect(valid(message("line_update", { outcomes: { a: outcome({ deeplink: {}, odds: -110 }) } }))).toBe(true)
    expect(valid(message("line_update", { outcomes: { a: outcome({ link: { ios: "x" } }) } }))).toBe(true)
  })

  it("refuses what is no message", () => {
    for (const other of [{}, [], 7, { action: 5 }, { action: "line_update" }, message("line_update", { game: 5 })]) {
      expect(valid(other)).toBe(false)
    }
    expect(valid(message("line_update", { outcomes: { a: outcome({ odds: true }) } }))).toBe(false)
  })
})

describe("both", () => {
  it("say which draft they are, and what the main things mean", () => {
    for (const name of ["messages", "changes"] as const) {
      const document = jsonSchema(name)
      expect(document.$schema).toBe("https://json-schema.org/draft/2020-12/schema")
      expect(document.title).not.toBe("")
      expect(JSON.stringify(document)).not.toContain("Infinity")
    }
    expect(jsonSchema("changes").$defs["LineChange"]).toMatchObject({
      title: "Line change",
      properties: { odds: { description: "American; null while suspended." } },
    })
  })
})
