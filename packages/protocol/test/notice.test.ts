import { describe, expect, it } from "vitest"
import { decodeFrame, describeNarrowing, type Filters, narrowings, type Notice, noticeIn } from "../src/index.ts"
import { everyMessage, message } from "./messages.ts"

const noticesIn = (raw: unknown): ReadonlyArray<Notice> =>
  decodeFrame(typeof raw === "string" ? raw : JSON.stringify(raw)).flatMap((item) => noticeIn(item) ?? [])
const said = (raw: unknown): string | undefined => noticesIn(raw)[0]?.message

describe("what the server says in its own words", () => {
  it("is found in errors, warnings and other texts, in the usual fields", () => {
    const cases: ReadonlyArray<readonly [unknown, string, string | null, string]> = [
      [{ action: "error", message: "Cannot subscribe. Code 1" }, "error", "error", "Cannot subscribe. Code 1"],
      [{ error: "Your plan allows one sport" }, "error", "error", "Your plan allows one sport"],
      [{ action: "warning", message: "Trial ends in 24 hours" }, "warning", "warning", "Trial ends in 24 hours"],
      [{ action: "info", message: "maintenance at 09:00 UTC" }, "info", "info", "maintenance at 09:00 UTC"],
      [{ action: "notice", text: "hello there" }, "info", "notice", "hello there"],
      [{ action: "message", msg: "hello there" }, "info", "message", "hello there"],
      [{ action: "plan_limit", reason: "one sport" }, "warning", "plan_limit", "one sport"],
      [{ action: "alert", body: "hello there" }, "info", "alert", "hello there"],
      [{ action: "banner", headline: "New!" }, "info", "banner", '{"action":"banner","headline":"New!"}'],
      [{ message: "no action here" }, "info", null, "no action here"],
      [{ warning: "no action here" }, "warning", null, "no action here"],
      [{ detail: [{ loc: ["x"], msg: "field required" }] }, "info", null, "field required"],
      ["too many concurrent connections", "error", null, "too many concurrent connections"],
      ['"Goodbye for now"', "info", null, "Goodbye for now"],
      [
        { action: "socket_connected", plan: "Pro", message: "Welcome. The trial ends today" },
        "info",
        "socket_connected",
        "Welcome. The trial ends today",
      ],
      [
        { action: "subscription_updated", ignored: ["MLB", "NHL"] },
        "warning",
        "subscription_updated",
        "ignored: MLB, NHL",
      ],
      [{ action: "ping", message: "Trial ends in 1 hour" }, "info", "ping", "Trial ends in 1 hour"],
    ]
    for (const [raw, level, action, words] of cases) {
      expect(noticesIn(raw), JSON.stringify(raw)).toEqual([{ level, action, message: words }])
    }
  })

  it("may be an object, a list, or several fields, in data too", () => {
    expect(said({ action: "error", message: { code: 4, detail: "one sport" } })).toBe("one sport")
    expect(said({ action: "error", message: ["one", { msg: "two" }, 3] })).toBe("one; two; 3")
    expect(said({ error: "limit", detail: "one sport", message: "limit" })).toBe("limit; one sport")
    expect(said({ action: "warning", data: { message: "soon" } })).toBe("soon")
    expect(said({ action: "error", message: { code: 4 } })).toBe('{"action":"error","message":{"code":4}}')
    expect(said({ action: "error" })).toBe('{"action":"error"}')
    expect(said({ action: "error", message: { message: { message: { message: { message: "deep" } } } } })).toMatch(
      /^\{/,
    )
  })

  it("is found beside data in one frame", () => {
    const frame = [message("line_update"), { action: "warning", message: "Trial ends" }, { action: "ping" }]
    expect(noticesIn(frame)).toEqual([{ level: "warning", action: "warning", message: "Trial ends" }])
  })

  it("is on one line, bounded, and steers no terminal", () => {
    expect(said({ action: "error", message: "a\r\n\tb\u001b[2J\u001b]0;title\u0007c\u202ed\u0000e\u2028f" }))
      .toBe("a bc d e f")
    const long = said({ action: "error", message: "x".repeat(1_000_000) })!
    expect([long.length, long.at(-1)]).toEqual([300, "…"])
    expect(said({ action: "error", message: `${"x".repeat(298)}😀😀` })!).toMatch(/x…$/)
    expect(said({ action: "error", message: `a\ud800b` })).toMatch(/^a[ \uFFFD]b$/)
  })

  it("shows no key in an address or a field", () => {
    expect(said({ action: "error", message: "GET wss://x/api?key=abc123 failed" })).toBe(
      "GET wss://x/api?[redacted] failed",
    )
    expect(said({ action: "error", message: "key=abc123, api_key: abc123" })).toBe(
      "key=[redacted], api_key: [redacted]",
    )
    expect(said({ action: "error", message: "Invalid key" })).toBe("Invalid key")
  })

  it("does not exist in data, keep-alives, acknowledgements, and what is not a text", () => {
    const none: ReadonlyArray<unknown> = [
      ...everyMessage.filter(({ action }) => action !== "error"),
      { action: "odds_update", data: { sportsbook: "x", game: "y", outcomes: {}, info: { text: "no" } } },
      { action: "odds_update", sportsbook: "x", game: "y", info: { text: "no" } },
      { action: "subscription_updated", message: "Subscription updated", filters: { sports: ["NBA"] } },
      { action: "socket_connected", plan: "Pro", message: "Connected successfully" },
      { action: "new_thing", x: 1 },
      { action: "new_thing", timestamp: "2026-07-16T04:54:37.438001+00:00" },
      { action: "new_thing", data: { x: "y" } },
      { action: "ping", message: "ping" },
      "ping",
      "pong",
      "{}",
      "null",
      "7",
      "[[[",
      "\u0000\u0001abc",
      "\u001f\uFFFDabcdef",
      '{"timestamp": "2026", "action": "line_upd',
    ]
    for (const raw of none) expect(noticesIn(raw), JSON.stringify(raw)).toEqual([])
  })
})

describe("filters that the server narrows", () => {
  const narrowed = (asked: Filters, sent: Record<string, unknown>) =>
    narrowings(asked, { action: "subscription_updated", ...sent }).map(describeNarrowing)
  const asked = { sports: ["NBA", "MLB"] }
  const says = ["asked for sports NBA, MLB; the feed says NBA"]

  it("are named wherever the message has them", () => {
    for (
      const sent of [
        { filters: { sports: ["NBA"] } },
        { data: { filters: { sports: ["NBA"] } } },
        { data: { sports: ["NBA"] } },
        { sports: ["NBA"] },
        { subscription: { sports: [{ name: "NBA" }] } },
      ]
    ) expect(narrowed(asked, sent), JSON.stringify(sent)).toEqual(says)
    expect(narrowed(asked, { filters: { sports: [] } })).toEqual(["asked for sports NBA, MLB; the feed says none"])
    expect(narrowed({}, { filters: { sports: ["NBA"], markets: [] } })).toEqual([
      "asked for all sports; the feed says NBA",
    ])
    expect(narrowed({ ...asked, sportsbooks: ["a", "b"] }, { filters: { sports: ["NBA"], sportsbooks: ["b"] } }))
      .toEqual([...says, "asked for sportsbooks a, b; the feed says b"])
  })

  it("do not exist where all is taken, or nothing is said", () => {
    for (
      const sent of [
        {},
        { filters: {} },
        { filters: null },
        { filters: { sports: ["mlb", " NBA "] } },
        { filters: { sports: ["NBA", "MLB", "NHL"] } },
        { filters: { sportsbooks: [], games: null, markets: "all" } },
        { filters: { sports: "NBA" } },
        { filters: { markets: ["a", "b", "c", "d", "e", "f"] } },
      ]
    ) expect(narrowed(asked, sent), JSON.stringify(sent)).toEqual([])
  })
})
