import { describe, expect, it } from "@effect/vitest"
import type { Change, Control } from "@boltodds/protocol"
import { webhook, WebhookCannotTell, type WebhookFormat } from "@boltodds/sink-webhook"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { channel } from "../src/internal/chat/channel.ts"
import { discord, slack } from "../src/internal/chat/services.ts"
import { fit } from "../src/internal/chat/Sentence.ts"
import { batch, control, envelope, gameChange, line, moves } from "./records.ts"
import { openReceiver, statuses } from "@boltodds/testing/Receiver"

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
    "a suspension of an unreadable line",
    line(1, { change: "line_suspended", odds: null, previous_odds: null, cause: "unreadable" }),
    "Moneyline Lakers suspended (its price could not be read)",
  ],
  ["a resumption", line(1, { change: "line_resumed" }), "Moneyline Lakers is back at +135"],
  ["a closing", line(1, { change: "line_closed", odds: null }), "Moneyline Lakers closed"],
  ["a line of no market", line(1, { market: null }), "Lakers Moneyline +120 → +135"],
  ["what was found after a gap", line(1, { cause: "resync" }), "Moneyline Lakers +120 → +135 (found after a gap)"],
  [
    "what is unverified",
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
  ["what a snapshot repeats", line(1, { change: "line_opened", cause: "snapshot" }), undefined],
  ["what opens after a gap", line(1, { change: "line_opened", cause: "resync" }), undefined],
  ["a game that opens after a gap", gameChange(1, { cause: "resync" }), undefined],
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
    "⚠ Connection lost (no_pong): all prices are unverified, 12 games",
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
    "Connection is back after 0 s: 0 prices had changed, 0 games gone. ⚠ 3 games still unverified",
  ],
  [
    control(1, "stale", { reason: "book_silent", sportsbook: "bet365", age_ms: 25_000 }),
    "⚠ Nothing received from bet365 for 25 s: its prices are stale",
  ],
  [
    control(1, "stale", { reason: "silent", sportsbook: null, age_ms: 25_000 }),
    "⚠ Nothing received from the feed for 25 s: its prices are stale",
  ],
  [control(1, "fresh", { sportsbook: null }), "The feed is back: its prices are fresh"],
  [control(1, "synced", { games: 15, lines: 4_200 }), "In step with the feed: 15 games"],
  [
    control(1, "dropped", { lane: "hook", reason: "coalesce", count: 7, first_seq: 1, last_seq: 9 }),
    "⚠ 7 records lost on the way here (coalesce): prices may have moved unseen",
  ],
  [
    control(1, "quarantined", {
      reason: "dropped",
      touches: "game",
      sportsbook: "draftkings",
      game: "A vs B",
      outcome: null,
      text: "",
      lane: "hook",
      count: 7,
    }),
    "⚠ 7 records lost on the way here: prices of A vs B at draftkings may have moved unseen",
  ],
  [control(1, "clock_jumped", { jump_ms: -60_000 }), "⚠ The clock jumped by 60 s: all prices are unverified"],
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
    "⚠ A message could not be read: prices of bet365 are unverified",
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

  it("names a game whose teams are not known by its key", () => {
    expect(tellsSlack(line(1, { away_team: null }))).toBe(
      "NBA · draftkings · Celtics vs Lakers, 2026-01-01, 07 — Moneyline Lakers +120 → +135",
    )
  })

  it("leaves out what is superseded, and is not sent where nothing is left", () => {
    const records = [line(1, { odds: 111 }), line(2, { odds: 222 })]
    expect(told(slack, records, [0])).toBe(`${head}Moneyline Lakers +120 → +222`)
    expect(told(slack, records, [0, 1])).toBeUndefined()
  })

  it("reads a record that a store returns as JSON", () => {
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
    expect(lines[0]).toBe("⚠ Connection lost (closed): all prices are unverified, 1 game")
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

  it("refuses records that are no changes: a channel would stay silent without a reason", () => {
    const quote = { ...envelope(line(5)), _tag: "Record" as const, value: { odds: 110 }, text: `{"odds":110}` }
    const [part] = channel(discord).partsOf(batch([quote]))
    expect(part!.content).toMatchObject({ _tag: "Refused", cause: new WebhookCannotTell("discord", 5) })
    expect(new WebhookCannotTell("discord", 5).message).toContain("set emit: changes")
  })
})

describe("the sentences of one market", () => {
  const celtics = { outcome: "Celtics Moneyline", target: "Celtics", target_kind: "home" } as const
  const half = { market: "Spread", line: 3.5, previous_line: 3.5, odds: -105, previous_odds: -110 } as const

  it("are one for both sides", () => {
    expect(tellsSlack(line(1), line(2, { ...celtics, odds: -150, previous_odds: -135 }))).toBe(
      `${head}Moneyline Lakers +120 → +135, Celtics -135 → -150`,
    )
    const over = { ...total, outcome: "over", line: 221 }
    expect(tellsSlack(line(1, over), line(2, { ...over, outcome: "under", side: "under", previous_odds: null }))).toBe(
      `${head}Total Points Over 220.5 (+120) → 221 (+135), Under 220.5 (no price) → 221 (+135)`,
    )
  })

  it("are one for the two sides of a handicap, and others for other handicaps", () => {
    const at = (seq: number, target: string, line_: number) =>
      line(seq, { ...half, outcome: `${target} ${line_}`, target, line: line_, previous_line: line_ })
    expect(tellsSlack(at(1, "Lakers", 3.5), at(2, "Lakers", 4.5), at(3, "Celtics", -3.5), at(4, "Celtics", -4.5))).toBe(
      `${head}Spread Lakers +3.5 -110 → -105, Celtics -3.5 -110 → -105\n` +
        `${head}Spread Lakers +4.5 -110 → -105, Celtics -4.5 -110 → -105`,
    )
  })

  it("are one for three outcomes, and others for more, for other games, sportsbooks and players", () => {
    const of = (seq: number, fields: Parameters<typeof line>[1]) => line(seq, { outcome: `o${seq}`, ...fields })
    const lines = (...records: ReadonlyArray<Change>) => tellsSlack(...records)!.split("\n").length
    expect(lines(of(1, {}), of(2, {}), of(3, {}))).toBe(1)
    expect(lines(of(1, {}), of(2, {}), of(3, {}), of(4, {}))).toBe(2)
    for (const other of [{ game: "g" }, { sportsbook: "fanduel" }, { market: "Other" }, { market: null }]) {
      expect(lines(of(1, {}), of(2, other)), JSON.stringify(other)).toBe(2)
    }
    expect(lines(of(1, { ...total, target: "A" }), of(2, { ...total, target: "B" }))).toBe(2)
    expect(lines(of(1, { ...total, target: "A" }), of(2, { ...total, target: "A", side: "under" }))).toBe(1)
  })

  it("are several where an outcome moves twice, or a control stands between them", () => {
    expect(tellsSlack(line(1), line(2, celtics), line(3, { odds: 150, previous_odds: 135 }))).toBe(
      `${head}Moneyline Lakers +120 → +135, Celtics +120 → +135\n${head}Moneyline Lakers +135 → +150`,
    )
    const fresh = control(2, "fresh", { sportsbook: null })
    expect(tellsSlack(line(1), fresh, line(3, celtics))!.split("\n").length).toBe(3)
  })

  it("say what is unverified of one or of all", () => {
    const doubt = { unverified: true } as const
    expect(tellsSlack(line(1, doubt), line(2, { ...celtics, ...doubt }))).toBe(
      `${head}Moneyline Lakers +120 → +135, Celtics +120 → +135 (not confirmed)`,
    )
    expect(tellsSlack(line(1, doubt), line(2, celtics))).toBe(
      `${head}Moneyline Lakers +120 → +135 (not confirmed), Celtics +120 → +135`,
    )
  })
})

describe("the start of a game", () => {
  it.each([
    ["2026-11-30T00:00:00.000Z", "Nov 29 19:00 ET"],
    ["2026-07-04T04:05:00Z", "Jul 4 00:05 ET"],
    ["2026-03-08T07:30:00.000Z", "Mar 8 03:30 ET"],
    ["2025-07-08T01:45:00.000Z", "Jul 7 2025 21:45 ET"],
  ])("%s is shown as %s, whatever the zone of this machine is", (starts_at, shown) => {
    const zone = process.env["TZ"]
    try {
      for (const TZ of ["Asia/Tokyo", "America/Los_Angeles", "UTC"]) {
        process.env["TZ"] = TZ
        expect(tellsSlack(line(1, { starts_at, at: "2026-11-29T20:00:00.000Z" }))).toBe(
          `NBA · draftkings · Lakers @ Celtics · ${shown} — Moneyline Lakers +120 → +135`,
        )
      }
    } finally {
      if (zone === undefined) delete process.env["TZ"]
      else process.env["TZ"] = zone
    }
  })

  it.each(["soon", "2026-11-30", "2026-11-30T19:00:00", "2026-13-45T00:00:00Z", ""])("%j is not shown", (starts_at) => {
    expect(tellsSlack(line(1, { starts_at }))).toBe(`${head}Moneyline Lakers +120 → +135`)
  })
})

describe("the link of a line", () => {
  const linked = (service: typeof discord, link: string | null, fields = {}) =>
    told(service, [line(1, { link, ...fields })])!.replace(`${head}Moneyline Lakers +120 → +135`, "")

  it("is shown with its whole address", () => {
    expect(linked(discord, "https://dk.example/e/1?a=b&c=d")).toBe(" <https://dk.example/e/1?a=b&c=d>")
    expect(linked(slack, "https://dk.example/e/1?a=b&c=d")).toBe(" https://dk.example/e/1?a=b&amp;c=d")
  })

  it.each([
    null,
    "",
    "http://dk.example/",
    "javascript:alert(1)",
    "dk.example/e/1",
    "https://dk.example@evil.example/",
    "https://u:p@evil.example/",
    `https://dk.example/${"x".repeat(300)}`,
  ])("%j is not shown", (link) => {
    expect(linked(discord, link)).toBe("")
  })

  it("cannot end early, mention anybody or be spelled like another host", () => {
    expect(linked(discord, "https://dk.example/a b>|c)*_`[x]\\@everyone?q=<\"|'~#h|>")).toBe(
      " <https://dk.example/a%20b%3E%7Cc%29%2A_%60%5Bx%5D/%40everyone?q=%3C%22%7C%27%7E#h%7C%3E>",
    )
    expect(linked(slack, "https://xn--80ak6aa92e.com/")).toBe(linked(slack, "https://аррӏе.com/"))
  })

  it("is that of an outcome with a price, once for both sides", () => {
    const link = "https://dk.example/1"
    expect(told(discord, [line(1, { change: "line_suspended", odds: null, link })])).not.toContain("https")
    expect(told(discord, [line(1, { change: "line_closed", link })])).not.toContain("https")
    const text = told(discord, [line(1, { link }), line(2, { outcome: "o", target: "Celtics", link: `${link}1` })])
    expect(text).toBe(`${head}Moneyline Lakers +120 → +135, Celtics +120 → +135 <https://dk.example/1>`)
  })

  it("is not made of a name", () => {
    for (const service of [discord, slack]) {
      const text = told(service, [
        line(1, { home_team: "https://evil.example/x", target: "discord.gg/abc www.evil.com 💩.la a．io a。io a｡io" }),
      ])!
      expect(text).not.toMatch(/:\/\/|\S[.．。｡]\p{L}/u)
      expect(text.replaceAll("\u200B", "")).toContain("https://evil.example/x")
      expect(told(service, [line(1, { target: "St. Louis 2.5" })])).toContain("St. Louis 2.5")
    }
  })
})

describe("the beginning of a run", () => {
  const started = control(1, "stream_started", { schema_version: 1, filters: {} })
  const opening = (seq: number, fields = {}) =>
    line(seq, { change: "line_opened", previous_odds: null, outcome: `o${seq}`, ...fields })
  const synced = (seq: number) => control(seq, "synced", { games: 2, lines: 3 })
  /** The messages of these batches, one after another; the ones that are not sent are undefined. */
  const messages = (...batches: ReadonlyArray<ReadonlyArray<Change | Control>>) => {
    const format = channel(slack)
    return batches.map((records) => {
      const [part] = format.partsOf(batch(records.map((record) => envelope(record))))
      if (part === undefined) return undefined
      if (part.content._tag === "Refused") throw part.content.cause
      return (JSON.parse(part.content.make().body.toString()) as { text: string }).text
    })
  }
  const start = "The stream has started: earlier prices here are history"
  const inStep = "In step with the feed: 2 games"

  it("is quiet about its first snapshot, across batches, and says what it came to", () => {
    const batches = [[started, gameChange(2, {}), opening(3)], [opening(4)], [opening(5), synced(6), opening(7)]]
    expect(messages(...batches)).toEqual([
      start,
      undefined,
      `${inStep}\n${head}Moneyline Lakers opened at +135`,
    ])
  })

  it("writes moves and suspensions meanwhile", () => {
    expect(messages([started, line(2)])).toEqual([`${start}\n${head}Moneyline Lakers +120 → +135`])
  })

  it("says the same of a batch that is tried again with others in it", () => {
    const [, , third, again] = messages([started], [opening(2)], [opening(3), synced(4)], [
      opening(3),
      synced(4),
      line(5),
    ])
    expect(third).toBe(inStep)
    expect(again).toBe(`${inStep}\n${head}Moneyline Lakers +120 → +135`)
  })

  it("is known by its run: another run's openings, and a resnapshot, change nothing", () => {
    const other = opening(9, { run: "01K00000000000000000000009" })
    expect(messages([started, other])[0]).toContain("opened at +135")
    const resnapshot = { ...started, seq: 20, part: 1 } as Control
    expect(messages([started, synced(2)], [resnapshot, opening(21)])[1]).toContain("opened at +135")
  })

  it("waits for each session, and for no longer than five minutes", () => {
    const second = { ...opening(5), session: "second" } as Change
    expect(messages([started, synced(2)], [second])[1]).toBeUndefined()
    const late = { ...opening(5), at: new Date(Date.parse(started.at) + 5 * 60_000).toISOString() }
    expect(messages([started], [late])[1]).toContain("opened at +135")
  })
})

describe("much at once", () => {
  const many = (count: number, fields: Parameters<typeof line>[1]) =>
    Array.from(
      { length: count },
      (_, index) => line(index + 1, { outcome: `o${index}`, market: `m${index}`, ...fields }),
    )

  it("is counted in one sentence where more than five open, or close", () => {
    expect(tellsSlack(...many(5, { change: "line_opened" }))!.split("\n").length).toBe(5)
    expect(tellsSlack(...many(6, { change: "line_opened" }))).toBe("draftkings — 6 lines of 1 game opened")
    expect(tellsSlack(...many(7, { change: "line_closed" }))).toBe("draftkings — 7 lines of 1 game closed")
    const games = Array.from(
      { length: 12 },
      (_, index) =>
        gameChange(index + 1, {
          change: "game_closed",
          cause: "absent",
          game: `g${index}`,
          sportsbook: `b${index % 5}`,
        }),
    )
    expect(tellsSlack(...games)).toBe("b0, b1, b2 and 2 more — 12 games closed")
  })

  it("is written one by one where it moves or is suspended", () => {
    expect(tellsSlack(...many(8, {}))!.split("\n").length).toBe(8)
    expect(tellsSlack(...many(8, { change: "line_suspended" }))!.split("\n").length).toBe(8)
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

  it.live("is sent nothing where there is nothing to write, and that counts as delivered", () =>
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
      starts_at: nullable,
      link: fc.option(fc.oneof(hostile, hostile.map((rest) => `https://dk.example/${rest}`))),
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
          const words = text.replaceAll(/ <https:\/\/[!-;=?-~]+>(?=\n|$)/g, "")
          expect(words).not.toMatch(name === "discord" ? /(?<!\\)(?:\\\\)*[<>`*_~|[\]#]/ : /[<>]|&(?!amp;|lt;|gt;)/)
          expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u)
          expect(text.split("\n").length).toBeLessThanOrEqual(all.length + 1)
          expect(text).not.toMatch(/\p{Cs}/u)
        }),
        { numRuns: 200 },
      )
    })
  }
})
