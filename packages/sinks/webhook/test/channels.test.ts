import { describe, expect, it } from "@effect/vitest"
import type { Change, Control } from "@boltodds/protocol"
import { webhook, WebhookCannotTell, type WebhookFormat } from "@boltodds/sink-webhook"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { channel } from "../src/internal/chat/channel.ts"
import { discord } from "../src/internal/chat/discord.ts"
import { fit } from "../src/internal/chat/fit.ts"
import { slack } from "../src/internal/chat/slack.ts"
import { batch, control, envelope, gameChange, line, moves } from "./records.ts"
import { openReceiver, statuses } from "./Receiver.ts"

/** The message of one batch, without a server; undefined where none is sent. */
const told = (
  service: typeof discord,
  records: ReadonlyArray<Change | Control>,
  superseded?: ReadonlyArray<number>,
) => {
  const envelopes = records.map((record) => envelope(record))
  const [part] = channel(service).partsOf(batch(envelopes, superseded === undefined ? {} : { superseded }))
  if (part === undefined) return undefined
  if (part.content._tag === "Refused") throw part.content.cause
  const payload = JSON.parse(part.content.make().body.toString()) as Record<string, unknown>
  return (payload["content"] ?? payload["text"]) as string
}
const tellsSlack = (...records: ReadonlyArray<Change | Control>) => told(slack, records)

const head = "NBA · draftkings · Lakers @ Celtics — "
const spread = { market: "Spread", target: "Celtics", line: -3.5, previous_line: -3.5, odds: -105, previous_odds: -110 }
const total = { market: "Total Points", target: null, side: "over", line: 220.5, previous_line: 220.5 } as const

const sentences: ReadonlyArray<readonly [string, Change, string | undefined]> = [
  ["a price that moved", line(1), "Moneyline Lakers +120 → +135"],
  ["a price that crossed even", line(1, { odds: -102.5, previous_odds: 100 }), "Moneyline Lakers +100 → -102.5"],
  ["a handicap that stayed", line(1, spread), "Spread Celtics -3.5 -110 → -105"],
  ["a handicap that moved", line(1, { ...spread, line: 2 }), "Spread Celtics -3.5 (-110) → +2 (-105)"],
  ["a total that moved", line(1, { ...total, line: 221, odds: -108 }), "Total Points Over 220.5 (+120) → 221 (-108)"],
  ["a line where there was none", line(1, { ...total, previous_line: null }), "Total Points Over 220.5 +120 → +135"],
  ["a price where there was none", line(1, { previous_odds: null }), "Moneyline Lakers is at +135"],
  ["a line without a price", line(1, { odds: null }), "Moneyline Lakers changed, and has no price"],
  ["an opening", line(1, { change: "line_opened", previous_odds: null }), "Moneyline Lakers opened at +135"],
  [
    "an opening without a price",
    line(1, { change: "line_opened", odds: null }),
    "Moneyline Lakers opened without a price",
  ],
  ["a suspension", line(1, { change: "line_suspended", odds: null }), "Moneyline Lakers suspended (was +120)"],
  [
    "a suspension for doubt",
    line(1, { change: "line_suspended", odds: null, previous_odds: null, cause: "unreadable" }),
    "Moneyline Lakers suspended (its price could not be read)",
  ],
  ["a resumption", line(1, { change: "line_resumed" }), "Moneyline Lakers is back at +135"],
  ["a closing", line(1, { change: "line_closed", odds: null }), "Moneyline Lakers closed"],
  ["a line of no market", line(1, { market: null }), "Lakers Moneyline +120 → +135"],
  ["what was found after a gap", line(1, { cause: "resync" }), "Moneyline Lakers +120 → +135 (found after a gap)"],
  [
    "what is in doubt",
    line(1, { unverified: true, delayed: true }),
    "Moneyline Lakers +120 → +135 (not confirmed, arrived late)",
  ],
  ["a game", gameChange(1, {}), "game opened"],
  ["the end of a game", gameChange(1, { change: "game_closed" }), "game closed, all its prices are gone"],
  [
    "a game that is filtered out",
    gameChange(1, { change: "game_closed", cause: "filters" }),
    "game no longer followed",
  ],
  ["an amended line", line(1, { change: "line_amended" }), undefined],
  ["an amended game", gameChange(1, { change: "game_amended" }), undefined],
  ["what is told again", line(1, { change: "line_opened", cause: "snapshot" }), undefined],
  ["a kind not known", line(1, { change: "line_of_the_future" as "line_moved" }), undefined],
]

const controls: ReadonlyArray<readonly [Control, string | undefined]> = [
  [
    control(1, "gap_opened", {
      reason: "no_pong",
      code: null,
      detail: null,
      sportsbooks: ["bet365"],
      games: 12,
      lines: 3,
    }),
    "⚠ Connection lost (no_pong): all prices are in doubt, 12 games",
  ],
  [
    control(1, "gap_closed", {
      duration_ms: 12_340,
      games: 9,
      changed: 1,
      absent: 2,
      unverified: 0,
      sportsbooks_missing: [],
      complete: true,
    }),
    "Connection is back after 12.3 s: 1 price had changed, 2 games gone",
  ],
  [
    control(1, "gap_closed", {
      duration_ms: 5,
      games: 9,
      changed: 0,
      absent: 0,
      unverified: 3,
      sportsbooks_missing: [],
      complete: false,
    }),
    "Connection is back after 0 s: 0 prices had changed, 0 games gone. ⚠ 3 games still in doubt",
  ],
  [
    control(1, "stale", { reason: "book_silent", sportsbook: "bet365", age_ms: 25_000 }),
    "⚠ Nothing heard from bet365 for 25 s: its prices are in doubt",
  ],
  [
    control(1, "stale", { reason: "silent", sportsbook: null, age_ms: 25_000 }),
    "⚠ Nothing heard from the feed for 25 s: its prices are in doubt",
  ],
  [control(1, "fresh", { sportsbook: null }), "The feed is heard again"],
  [control(1, "synced", { games: 15, lines: 4_200 }), "In step with the feed: 15 games"],
  [
    control(1, "dropped", { lane: "hook", reason: "coalesce", count: 7, first_seq: 1, last_seq: 9 }),
    "⚠ 7 records lost on the way here (coalesce): prices may have moved unseen",
  ],
  [control(1, "clock_jumped", { jump_ms: -60_000 }), "⚠ The clock jumped by 60 s: all prices are in doubt"],
  [control(1, "stream_stopped", { reason: "signal" }), "⚠ The stream has stopped (signal): no price here is live"],
  [
    control(1, "stream_started", { schema_version: 1, filters: {} }),
    "The stream has started: earlier prices here are history",
  ],
  [
    control(1, "quarantined", {
      reason: "x",
      touches: "sportsbook",
      sportsbook: "bet365",
      game: null,
      outcome: null,
      text: "{",
    }),
    "⚠ A message could not be read: prices of bet365 are in doubt",
  ],
  [
    control(1, "quarantined", {
      reason: "x",
      touches: "outcome",
      sportsbook: "bet365",
      game: "g",
      outcome: "o",
      text: "{",
    }),
    undefined,
  ],
  [control(1, "game_verified", { sport: "NBA", sportsbook: "bet365", game: "g", lines: 4, changed: 0 }), undefined],
  [
    control(1, "heartbeat", { frame_age_ms: 1, games: 1, games_verified: 1, lines: 1, paused_ms: 0, lag_ms: 1 }),
    undefined,
  ],
]

describe("a message for a channel", () => {
  for (const [what, record, text] of sentences) {
    it(`${text === undefined ? "is silent about" : "tells"} ${what}`, () =>
      expect(tellsSlack(record)).toBe(text === undefined ? undefined : head + text))
  }

  for (const [record, text] of controls) {
    it(`${text === undefined ? "is silent about" : "tells"} ${record.control}`, () =>
      expect(tellsSlack(record)).toBe(text))
  }

  it("tells of a game whose teams are not known by its key", () => {
    expect(tellsSlack(line(1, { away_team: null }))).toBe(
      "NBA · draftkings · Celtics vs Lakers, 2026-01-01, 07 — Moneyline Lakers +120 → +135",
    )
  })

  it("leaves out what is superseded, and is not sent where nothing is left", () => {
    const records = [line(1, { odds: 111 }), line(2, { odds: 222 })]
    expect(told(slack, records, [0])).toBe(`${head}Moneyline Lakers +120 → +222`)
    expect(told(slack, records, [0, 1])).toBeUndefined()
  })

  it("reads a record that a store gives back as JSON", () => {
    const restored = { ...envelope(line(1)), _tag: "Record" as const, text: JSON.stringify(line(1)) }
    for (const value of [restored.text, null]) {
      const [part] = channel(slack).partsOf(batch([{ ...restored, value }]))
      expect(part!.content._tag).toBe("Body")
    }
  })

  it("keeps the newest where not all fits, and every warning, and counts what is left out", () => {
    const gap = control(3, "gap_opened", {
      reason: "closed",
      code: null,
      detail: null,
      sportsbooks: [],
      games: 1,
      lines: 1,
    })
    const records = Array.from(
      { length: 200 },
      (_, index) => line(index + 1, { odds: 1_000 + index, previous_odds: 999 + index }),
    )
    const lines = told(discord, [records[0]!, gap, ...records.slice(1)])!.split("\n")
    expect(lines[0]).toBe("⚠ Connection lost (closed): all prices are in doubt, 1 game")
    const more = Number(/^… and (\d+) more, earlier$/.exec(lines[1]!)?.[1])
    const rest = lines.slice(2)
    expect(rest).toEqual(
      records.slice(-rest.length).map(({ odds, previous_odds }) =>
        `${head}Moneyline Lakers +${previous_odds} → +${odds}`
      ),
    )
    expect(more + rest.length).toBe(200)
    expect(rest.length).toBeGreaterThan(20)
  })

  it("leaves out everything older than the newest that does not fit, short as it may be", () => {
    const all = ["old", "x".repeat(80), "new"].map((text) => ({ text, warning: false }))
    expect(fit(all, 87)).toBe("… and 2 more, earlier\nnew")
    expect(fit(all, 88)).toBe(`old\n${"x".repeat(80)}\nnew`)
    expect(fit([...all.slice(0, 2), { text: "w", warning: true }, all[2]!], 87)).toBe("… and 2 more, earlier\nw\nnew")
  })

  it("refuses records that are no changes: a channel that stays silent would tell nobody why", () => {
    const quote = { ...envelope(line(5)), _tag: "Record" as const, value: { odds: 110 }, text: `{"odds":110}` }
    const [part] = channel(discord).partsOf(batch([quote]))
    expect(part!.content).toMatchObject({ _tag: "Refused", cause: new WebhookCannotTell("discord", 5) })
    expect(new WebhookCannotTell("discord", 5).message).toContain("set emit: changes")
  })
})

describe("Discord", () => {
  it("gets names without Markdown or mentions", () => {
    const names = {
      sport: "*NBA*",
      home_team: "@everyone",
      away_team: "<@&42> [x](y)",
      sportsbook: "a_b `c` ||d|| ~e~ #f \\",
    }
    expect(told(discord, [line(1, { ...names, market: "> q", target: "x\n⚠ forged \u202Eline" })])).toBe(
      String.raw`\*NBA\* · a\_b \`c\` \|\|d\|\| \~e\~ \#f \\ · ` +
        `\\<@\u200B&42\\> \\[x\\]\\(y\\) @ @\u200Beveryone — \\> q x ⚠ forged line +120 → +135`,
    )
  })

  it.live("is asked to wait, and to ping nobody, and is not signed", () =>
    Effect.gen(function* () {
      const receiver = yield* openReceiver(statuses(204))
      const sink = yield* webhook({
        url: `${receiver.url}/api/webhooks/1/t?thread_id=9`,
        format: "discord",
        allowPrivate: true,
      })
      yield* sink.write(batch([envelope(line(1))]))
      yield* sink.check!
      const [message, test] = receiver.requests
      expect(message!.url).toBe("/api/webhooks/1/t?thread_id=9&wait=true")
      expect(JSON.parse(message!.body)).toEqual({
        content: `${head}Moneyline Lakers +120 → +135`,
        allowed_mentions: { parse: [] },
        flags: 4,
      })
      expect(Object.keys(message!.headers).filter((name) => name.startsWith("webhook-"))).toEqual([])
      expect(JSON.parse(test!.body)).toMatchObject({ content: "A test by boltodds: this channel can be reached" })
    }))

  it.live("is sent nothing where there is nothing to tell, and that is delivered", () =>
    Effect.gen(function* () {
      const receiver = yield* openReceiver()
      const sink = yield* webhook({ url: receiver.url, format: "discord", allowPrivate: true })
      yield* sink.write(batch([envelope(line(1, { change: "line_amended" }))]))
      expect(receiver.requests.length).toBe(0)
    }))
})

describe("Slack", () => {
  it("gets names without links or mentions", () => {
    expect(tellsSlack(line(1, { home_team: "<!everyone> & Co", away_team: "@here", target: "<@U1|x>" }))).toBe(
      "NBA · draftkings · @\u200Bhere @ &lt;!everyone&gt; &amp; Co — Moneyline &lt;@\u200BU1|x&gt; +120 → +135",
    )
  })

  it.live("gets plain text, whose words are not formatted", () =>
    Effect.gen(function* () {
      const receiver = yield* openReceiver()
      const sink = yield* webhook({ url: receiver.url, format: "slack", allowPrivate: true })
      yield* sink.write(batch(moves(2)))
      expect(JSON.parse(receiver.requests[0]!.body)).toEqual({
        text: `${head}Moneyline Lakers +100 → +101\n${head}Moneyline Lakers +101 → +102`,
        mrkdwn: false,
        link_names: false,
        unfurl_links: false,
        unfurl_media: false,
      })
    }))
})

describe("whatever the feed says", () => {
  const hostile = fc.oneof(
    fc.string({ unit: "binary", maxLength: 200 }),
    fc.string({ unit: fc.constantFrom(..."@<>&*_`~|#[]()\\\n\u2028\u202E\u200B😀 everyonehere!:"), maxLength: 200 }),
    fc.constantFrom("@everyone", "@here", "<@1>", "<@&2>", "<!channel>", "<#3>", "x".repeat(5_000), "@".repeat(3_000)),
  )
  const nullable = fc.option(hostile)
  const records = fc.array(
    fc.record({
      change: fc.constantFrom("line_moved", "line_opened", "line_suspended", "line_closed", "line_resumed"),
      sport: hostile,
      sportsbook: hostile,
      game: hostile,
      home_team: nullable,
      away_team: nullable,
      outcome: hostile,
      market: nullable,
      target: nullable,
      line: fc.option(fc.double()),
      odds: fc.option(fc.double()),
    }),
    { minLength: 1, maxLength: 60 },
  ).map((all) => all.map((fields, index) => line(index + 1, fields as never)))
  const gaps = hostile.map((reason) =>
    control(99, "stale", { reason: reason as "silent", sportsbook: reason, age_ms: 1 })
  )
  const mixed = fc.tuple(records, fc.array(gaps, { maxLength: 40 })).map(([a, b]) => [...a, ...b])

  const services: ReadonlyArray<readonly [WebhookFormat, typeof discord]> = [["discord", discord], ["slack", slack]]
  for (const [name, service] of services) {
    it(`a message for ${name} is within its limit, one line for each record, and mentions nobody`, () => {
      fc.assert(
        fc.property(mixed, (all) => {
          const text = told(service, all)!
          expect(text.length).toBeGreaterThan(0)
          expect(text.length).toBeLessThanOrEqual(service.limit)
          expect(text).not.toMatch(/@(?![ \u200B]|$)/)
          expect(text).not.toMatch(name === "discord" ? /(?<!\\)(?:\\\\)*[<>`*_~|[\]#]/ : /[<>]|&(?!amp;|lt;|gt;)/)
          expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u)
          expect(text.split("\n").length).toBeLessThanOrEqual(all.length + 1)
          expect(text).not.toMatch(/\p{Cs}/u)
        }),
        { numRuns: 200 },
      )
    })
  }
})
